-- What an account and a product have with each other over the years: a line of contract terms, told like a case.
--
-- weight      share among the lines that are drawn; every story is told once at least
-- money       how the line is paid; null = charges as usual
-- ends        days between the end of the last term of the script and the end of the history; null = the line begins on its own day
-- script      steps `what:months/ending`, months and ending left out where they are the line's own. `+` goes on with drawn steps
--             until the history ends

create table line_stories as
select row_number() over () as story_no, *
from
    (
        values
            ('renewed again and again', 620, null, null, 'first +'),
            ('open-ended', 25, null, null, 'first:open'),
            ('open-ended, then cancelled', 12, null, null, 'first:open/breaks'),
            ('open-ended, replaced by another', 4, null, null, 'first:open replace +'),
            ('from month to month', 6, null, null, 'first:1 +'),
            ('terms of odd length', 15, null, null, 'first:14.5 +'),
            ('three years, then one', 25, null, null, 'first:36 linked:12 +'),
            ('renewed early', 15, null, null, 'first early +'),
            ('overlaps without being linked', 4, null, null, 'first overlap +'),
            ('renewed late', 15, null, null, 'first late +'),
            ('renewed on the last day of the grace', 3, null, null, 'first late_90 +'),
            ('one day after the grace', 3, null, null, 'first late_91 +'),
            ('one day after the grace, linked', 2, null, null, 'first late_91_linked +'),
            ('signed late', 10, null, null, 'first signed_late +'),
            ('first term signed late', 10, null, null, 'first_signed_late +'),
            ('signed after its end', 2, null, null, 'first signed_after_end:1'),
            ('two that become one', 12, null, null, 'pair coterm +'),
            ('two that become one, in the grace', 3, null, null, 'pair coterm_late +'),
            ('two without a price that become one', 1, 'free', null, 'pair coterm +'),
            ('one that is split', 12, null, null, 'first split +'),
            ('split, then one again', 5, null, null, 'first split coterm +'),
            ('taken over by another account', 6, null, null, 'first moved +'),
            ('cancelled before its end', 35, null, null, 'first linked/breaks'),
            ('cancelled for its end', 25, null, null, 'first/quits'),
            ('cancelled for its end, then signed all the same', 4, null, null, 'first/quits renew +'),
            ('cancelled for its end, back after a week', 3, null, null, 'first/quits back_8 +'),
            ('cancelled in its grace', 6, null, null, 'first/gives_up'),
            ('cancelled in its grace, after the next had begun', 3, null, null, 'first/gives_up late_10 +'),
            ('cancelled before it began', 3, null, null, 'first/never'),
            ('back after a cancellation', 20, null, null, 'first/breaks winback +'),
            ('back after silence', 15, null, null, 'first winback +'),
            ('back, and gone again', 8, null, null, 'first/breaks winback/quits'),
            ('another product', 20, null, null, 'first swap +'),
            ('another product, linked', 12, null, null, 'first swap_linked +'),
            ('committed and renewed', 15, null, null, 'first/commits linked +'),
            ('committed and gone', 6, null, null, 'first/commits'),
            ('gone', 40, null, null, 'first renew'),
            ('gone without a reason', 15, null, null, 'first/unsaid'),
            ('a promise that comes too late', 1, null, null, 'first:12 renew promised +'),
            ('a link that comes too late', 1, null, null, 'first:12 renew relinked +'),
            ('the grace still runs', 12, null, 40, 'first:12 renew'),
            ('the grace still runs, cancelled', 2, null, 50, 'first:12 renew/gives_up'),
            ('the grace ended yesterday', 1, null, 92, 'first:12 renew'),
            ('the grace ends today', 1, null, 91, 'first:12 renew'),
            ('the grace ends tomorrow', 1, null, 90, 'first:12 renew'),
            ('ends today', 1, null, 0, 'first:12 renew'),
            ('ends tomorrow', 1, null, -1, 'first:12 renew'),
            ('the next is signed and has not begun', 10, null, -375, 'first:12 linked'),
            ('the next is signed after the history', 2, null, -355, 'first:12 signed_late'),
            ('without any charge', 5, 'free', null, 'first +'),
            ('without any charge at first', 4, 'free at first', null, 'first +'),
            ('costs nothing', 3, 'zero', null, 'first +'),
            ('discounted below nothing', 3, 'waived', null, 'first +'),
            ('charged beyond its dates', 4, 'too long', null, 'first +')
    ) as stories (story, weight, money, ends, script);

-- A step begins `gap` days after the first day that the term before it no longer covers (`replace`: after it began), and is signed
-- `signed` days after it begins. `tie` says which term it names as the one that it renews: that many before it.
create table line_steps as
select *
from
    (
        values
            ('first', 0, 0, -40, 0, null, 'none'),
            ('first_signed_late', 0, 0, 5, 25, null, 'none'),
            ('pair', 0, 0, -40, 0, null, 'none'),
            ('renew', 0, 0, -60, 0, null, 'none'),
            ('linked', 0, 0, -90, 0, 1, 'none'),
            ('early', -45, -5, -50, -46, 1, 'none'),
            ('overlap', -45, -5, -50, -46, null, 'none'),
            ('late', 5, 60, -5, 0, null, 'none'),
            ('late_10', 10, 10, -5, 0, null, 'none'),
            ('late_90', 90, 90, -5, 0, null, 'none'),
            ('late_91', 91, 91, -5, 0, null, 'none'),
            ('late_91_linked', 91, 91, -5, 0, 1, 'none'),
            ('back_8', 7, 7, -5, 0, null, 'none'),
            ('signed_late', 0, 0, 18, 28, null, 'none'),
            ('signed_after_end', 0, 0, 40, 60, null, 'none'),
            ('winback', 120, 400, -20, 0, null, 'none'),
            ('swap', 0, 0, -30, 0, null, 'product'),
            ('swap_linked', 0, 0, -30, 0, 1, 'product'),
            ('coterm', 0, 0, -30, 0, 1, 'none'),
            ('coterm_late', 20, 20, -5, 0, 1, 'none'),
            ('split', 0, 0, -30, 0, 1, 'none'),
            ('moved', 0, 0, -30, 0, 1, 'account'),
            ('replace', 200, 400, -30, -10, 1, 'none'),
            ('promised', 0, 0, -385, -375, 2, 'none'),
            ('relinked', 0, 0, -30, 0, 2, 'none')
    ) as steps (step, gap_low, gap_high, signed_low, signed_high, tie, changes);

-- What follows where a script goes on; `stop` is a customer lost in silence.
create table drawn_steps as
select unnest(list_reduce(choices, lambda all_of, more: all_of || more)) as step, unnest(range(100)) as slot
from
    (
        select list(list_transform(range(share), lambda i: step) order by place) as choices
        from
            (
                values
                    (1, 'renew', 39), (2, 'linked', 28), (3, 'early', 5), (4, 'late', 7), (5, 'signed_late', 3), (6, 'swap', 2),
                    (7, 'swap_linked', 2), (8, 'renew:14.5', 3), (9, 'renew:open', 2), (10, 'winback', 4), (11, 'stop', 5)
            ) as shares (place, step, share)
    ) as drawn;

-- One line for most accounts, a second and a third product for some.
create table lines as
with
stories_told as (
    select story_no as line_no, (story_no - 1) % account_count() + 1 as account_no, 1 as place, story_no from line_stories
),

accounts_drawn as (
    select range as account_no
    from range((select count(*) from line_stories) + 1, account_count() + 1)
    where dice('perpetual licence', range, 18) > 0
),

drawn as (
    select account_no, 1 as place from accounts_drawn
    union all
    select account_no, 2 from accounts_drawn where dice('second product', account_no, 100) < 45
    union all
    select account_no, 3 from accounts_drawn where dice('second product', account_no, 100) < 12
),

placed as (
    select *, (select count(*) from stories_told) + row_number() over (order by place, account_no) as line_no from drawn
),

all_lines as (
    select line_no, account_no, place, story_no from stories_told
    union all
    select placed.line_no, placed.account_no, placed.place, shares.story_no
    from placed
    inner join shares('line_stories') as shares on dice('line', placed.line_no, 10000) between shares.low and shares.high
)

select
    all_lines.line_no,
    all_lines.account_no,
    stories.story,
    stories.money,
    stories.ends,
    stories.script like '%+' as goes_on,
    string_split(replace(stories.script, ' +', ''), ' ') as script,
    (dice('line product', all_lines.account_no, 4) + all_lines.place - 1) % 4 + 1 as product_no,
    if(dice('line product known', all_lines.line_no, 40) = 0, 0, 1) as has_product,
    pick(
        'contract type', all_lines.line_no,
        ['support', 'support', 'support', 'support', 'subscription', 'subscription', 'subscription', 'services', null]
    ) as contract_type,
    case contract_type
        when 'support' then true
        when 'services' then false
        else dice('entitled', all_lines.line_no, 10) < 8
    end as is_support_entitled,
    [12, 12, 12, 12, 12, 24, 36, 6, 3][dice('term', all_lines.line_no, 9) + 1]::decimal(4, 1) as months,
    account_starts_on(all_lines.account_no) + ((all_lines.place - 1) * (60 + dice('later product', all_lines.line_no, 500)))::integer as starts_on
from all_lines
inner join line_stories as stories on all_lines.story_no = stories.story_no;

create macro add_term(day, months) as
    (day + to_months(floor(months)::integer) + to_days(if(months = floor(months), 0, 15)))::date;

create macro step_part(token) as
    regexp_extract(token, '^(\w+)(?::([\d.]+|open))?(?:/(\w+))?$', ['step', 'months', 'ending']);

-- Term by term. `free_on` is the first day that a term does not cover, by its own dates.
create table terms as
with recursive
told as (
    select
        line_no,
        0 as step_no,
        account_no,
        product_no,
        months,
        goes_on,
        ends is not null as is_anchored,
        script,
        null::varchar as step,
        null::varchar as ending,
        null::integer as tie,
        null::date as starts_on,
        null::date as ends_on,
        null::date as signed_on,
        null::date as cancelled_on,
        case
            when ends is null then starts_on
            else add_term(history_day() - ends::integer + 1, -12 * len(script)::decimal(4, 1))
        end as free_on
    from lines
    union all
    select
        line_no,
        step_no,
        account_no,
        product_no,
        if(is_open, months, new_months) as months,
        goes_on,
        is_anchored,
        script,
        step,
        ending,
        tie,
        starts_on,
        ends_on,
        signed_on,
        case ending
            when 'breaks'
                then starts_on + greatest(20, coalesce(ends_on - starts_on, 500) * (30 + dice('breaks', dice_id, 50)) // 100)::integer
            when 'quits' then ends_on + 1
            when 'gives_up' then ends_on + 30 + dice('gives up', dice_id, 15)::integer
            when 'never' then starts_on
        end as cancelled_on,
        coalesce(least(cancelled_on, ends_on + 1), starts_on) as free_on
    from
        (
            select
                *,
                if(is_open, null, add_term(starts_on, new_months) - 1) as ends_on,
                starts_on + (signed_low + dice('signed', dice_id, signed_high - signed_low + 1))::integer as signed_on
            from
                (
                    select
                        next.line_no,
                        next.step_no,
                        next.goes_on,
                        next.is_anchored,
                        next.script,
                        next.dice_id,
                        next.months,
                        next.part.step as step,
                        next.part.months = 'open' as is_open,
                        coalesce(try_cast(next.part.months as decimal(4, 1)), next.months) as new_months,
                        case
                            when next.part.ending <> '' then next.part.ending
                            when next.step_no <= len(next.script) then null
                            when dice('ends', next.dice_id, 100) < 2 then 'breaks'
                            when dice('ends', next.dice_id, 100) < 4 then 'quits'
                        end as ending,
                        steps.tie,
                        steps.signed_low,
                        steps.signed_high,
                        if(steps.changes = 'account', next.account_no % account_count() + 1, next.account_no) as account_no,
                        if(steps.changes = 'product', next.product_no % 4 + 1, next.product_no) as product_no,
                        greatest(
                            next.free_on + (steps.gap_low + dice('gap', next.dice_id, steps.gap_high - steps.gap_low + 1))::integer,
                            next.starts_on + 7
                        ) as starts_on
                    from
                        (
                            select
                                told.* exclude (step_no),
                                told.step_no + 1 as step_no,
                                told.line_no || '-' || told.step_no as dice_id,
                                step_part(coalesce(told.script[told.step_no + 1], drawn_steps.step)) as part
                            from told
                            left join drawn_steps on dice('goes on', told.line_no || '-' || told.step_no, 100) = drawn_steps.slot
                            -- Who cancels does not sign on, and the unhappy leave more often.
                            where
                                told.step_no < len(told.script)
                                or told.goes_on
                                and told.cancelled_on is null
                                and told.ends_on is not null
                                and (dice('mood', told.account_no, 100) >= 25 or dice('leaves', told.line_no || '-' || told.step_no, 100) >= 9)
                        ) as next
                    inner join line_steps as steps on next.part.step = steps.step
                ) as begun
        ) as signed
    where signed_on <= history_day() or is_anchored
)

select
    terms.* exclude (goes_on, is_anchored, script, product_no),
    account_id(if(terms.line_no % 150 = 149, 999999, terms.account_no)) as account_id,
    'K' || lpad(terms.line_no::varchar, 5, '0') as line_id,
    line_id || '-' || lpad(terms.step_no::varchar, 2, '0') as contract_id,
    terms.product_no,
    if(lines.has_product = 1, products.product, null) as product,
    lines.contract_type,
    lines.is_support_entitled,
    lines.money,
    terms.step in ('pair', 'split') as has_twin,
    terms.step_no = max(terms.step_no) over (partition by terms.line_no) as is_last,
    dice('commits', contract_id, 100)::integer as commits
from told as terms
inner join lines on terms.line_no = lines.line_no
inner join products on terms.product_no = products.product_no
where terms.step_no > 0;

-- A twin stands beside its contract, for the next product and the same dates.
create table contract_terms as
select *, false as is_twin from terms
union all by name
select
    terms.* replace (terms.contract_id || '-2' as contract_id, products.product as product, null as tie, null as cancelled_on, null as ending),
    true as is_twin
from terms
inner join products on terms.product_no % 4 + 1 = products.product_no
where terms.has_twin;

create table contract_rows as
select * exclude (drawn_committed_on)
from
    (
        select
            contract_id,
            account_id,
            product,
            contract_type,
            if(step in ('first', 'renew') and dice('unsigned', contract_id, 4) = 0, null, signed_on) as signed_on,
            starts_on,
            ends_on,
            is_support_entitled,
            case
                when tie is not null then line_id || '-' || lpad((step_no - tie)::varchar, 2, '0')
                when line_no = 1 and step_no = 1 then 'K90000-01'
            end as renews_contract_id,
            case
                when ending = 'commits' or ending is null and commits < if(is_last and ends_on < history_day(), 20, 93)
                    then greatest(starts_on + 5, ends_on - 20 - dice('committed', contract_id, 900)::integer)
            end as drawn_committed_on,
            if(drawn_committed_on <= history_day(), drawn_committed_on, null) as renewal_committed_on,
            cancelled_on,
            if(
                cancelled_on <= history_day() or is_last and ends_on <= history_day() - 30 and coalesce(ending, '') <> 'unsaid' and commits < 85,
                pick('churn reason', contract_id, ['price', 'price', 'competitor', 'missing_feature', 'budget', 'merger', 'support_quality', 'unused']),
                null
            ) as churn_reason
        from contract_terms
    ) as contracts
order by contract_id;

-- What the column above cannot say: a split, a co-term; and some that say again what it says.
create table renewal_rows as
select contract_id, line_id || '-' || lpad((step_no - 1)::varchar, 2, '0') as renewed_contract_id
from contract_terms
where step = 'split' and is_twin or tie = 1 and not is_twin and dice('said twice', contract_id, 30) = 0
union
select later.contract_id, earlier.contract_id as renewed_contract_id
from contract_terms as later
inner join contract_terms as earlier on later.line_id = earlier.line_id and later.step_no = earlier.step_no + 1
where later.step in ('coterm', 'coterm_late') and earlier.is_twin
order by contract_id, renewed_contract_id;
