-- The calendar and the dice of the demo. Every draw is a hash of a name and a row number: the same number of cases gives
-- the same files on every run and every machine.

-- A whole number from 0 to sides - 1.
create macro dice(name, id, sides) as (md5_number_lower(name || ':' || id) % sides::ubigint)::bigint;

-- One element of a list of strings.
create macro pick(name, id, choices) as choices[dice(name, id, len(choices)) + 1];

-- Ten thousand slots, shared out by the weights of a table of stories: story `story_no` has those from low to high.
create macro shares(stories) as table
select
    story_no,
    (sum(weight) over (order by story_no) - weight) * 10000 // sum(weight) over () as low,
    sum(weight) over (order by story_no) * 10000 // sum(weight) over () - 1 as high
from query_table(stories);

-- Support works on weekdays from 08:00 to 20:00 UTC: 720 business minutes a day, counted from Monday 2024-12-30.
-- The map is strictly increasing, so that the order and the ties of a story survive it.
create macro wall_clock(business_minutes) as
    timestamp '2024-12-30 08:00:00'
    + to_days(((business_minutes // 3600) * 7 + (business_minutes // 720) % 5)::integer)
    + to_minutes(business_minutes % 720);

-- 2025-01-01 and 2026-06-24 as numbers of business days; nothing happens after the second, which becomes `as_of`.
create macro first_day() as 2;
create macro last_day() as 387;
create macro history_ends_at() as timestamp '2026-06-25 00:00:00';
create macro history_day() as (history_ends_at() - interval 1 day)::date;
