-- What can happen to a case. A story is told once at least, and as often as its weight says.
--
-- models      delivery models that it fits: D direct, E electronic, T front-line triage, C call back
-- weight      share among the stories of a model. Within a model the list runs from good to bad, and so do the dice
-- script      steps, each `what@gap` or `what:who@gap`. The gap since the step before is in business minutes, `5-60` a
--             number between the two, `0` the same instant, `30d` exactly so many days of 24 hours
-- who         agent (qualified; the default), second (another one), triage (not qualified), stranger (in no roster), nobody

create table stories as
select row_number() over () as story_no, *
from
    (
        values
            -- resolved
            ('confirmed', 'DETC', 190, null, null, 'request@0 auto@0 assign@1-20 contact@5-240 note@1-9 confirm@20-900 close@1-240'),
            ('confirmed on the line', 'D', 60, null, null, 'assign@0-2 contact@1-9 confirm@0 close@0'),
            ('nothing more to do', 'DETC', 60, null, null, 'request@0 auto@0 contact@5-240 no_action@9-900 close@1-240'),
            ('a survey says yes', 'DETC', 70, null, null, 'request@0 contact@5-240 close@30-900 invite@5-60 yes@20-2000'),
            ('a survey scores yes', 'DETC', 25, null, null, 'request@0 contact@5-240 close@30-900 invite@5-60 score_yes@20-2000'),
            ('a survey says no, then yes', 'DETC', 8, null, null, 'request@0 contact@5-99 close@30-300 invite@5 no@20-90 yes@60-600'),
            ('a survey says yes, the agent closes', 'DETC', 10, null, null, 'contact@5-99 invite@5-60 yes@20-600 answer@9-99 close@0'),
            ('triage, then a qualified agent', 'T', 130, null, null, 'request@0 call:triage@1-20 transfer@0-5 contact@5-90 confirm@20-900 close@1-240'),
            ('triage answers by message first', 'T', 20, null, null, 'request@0 answer:triage@1-20 contact@5-90 confirm@20-900 close@1-240'),
            ('transferred at the instant of the first contact', 'DETC', 8, null, null, 'request@0 transfer@5-60 contact@0 confirm@20-900 close@1-99'),
            ('escalated before anybody answered', 'DETC', 5, null, null, 'request@0 escalate@5-60 contact:second@1-99 confirm@20-900 close@1-99'),
            ('glad to help', 'DETC', 15, null, null, 'request@0 contact@5-240 confirm@20-900 answer@2-60 close@1-99'),
            ('glad to help, at once', 'DETC', 4, null, null, 'request@0 contact@5-240 confirm@20-900 answer@0 close@1-99'),
            ('receipt first', 'DETC', 14, null, null, 'request@0 received@1-30 contact@5-240 confirm@20-900 close@1-240'),
            ('small talk first', 'E', 6, null, null, 'request@0 other@1-30 contact@5-240 confirm@20-900 close@1-240'),
            ('what the answer was nobody noted', 'ET', 10, null, null, 'request@0 unclear@5-240 confirm@20-900 close@1-240'),
            ('voicemail, then reached', 'C', 110, null, null, 'request@0 voicemail@9-90 voicemail@30-300 call@20-300 confirm@0-300 close@1-99'),
            ('message left, then reached', 'DC', 12, null, null, 'request@0 answer@9-90 call@20-300 confirm@0-300 close@1-99'),
            ('a stranger answers first', 'DETC', 5, null, null, 'request@0 contact:stranger@2-60 contact@5-240 confirm@20-900 close@1-240'),
            ('an answer without a name first', 'DETC', 3, null, null, 'request@0 answer:nobody@2-60 contact@5-240 confirm@20-900 close@1-240'),
            ('confirmed too early and again', 'DETC', 4, null, null, 'request@0 confirm@1-9 contact@9-99 confirm@9-300 close@1-99'),
            ('confirmed on day 30', 'DETC', 4, null, null, 'request@0 contact@5-240 confirm@30d close@1-99'),
            ('reopened on day 31', 'DETC', 4, null, null, 'request@0 contact@5-240 confirm@0-99 close@1-9 reopen@31d contact:second@5-60 close@9-99'),
            -- pending
            ('answered, then silence', 'DETC', 60, null, null, 'request@0 auto@0 contact@5-240 resolve@1-60 close@900-3600'),
            ('answered and left open', 'DETC', 5, null, null, 'request@0 contact@5-240 wait@1-60'),
            ('the survey stays unanswered', 'DETC', 40, null, null, 'request@0 contact@5-240 close@30-900 invite@5-60'),
            ('closed in the first contact', 'DETC', 10, null, null, 'request@0 contact@5-99 close@0'),
            ('confirmed on day 31', 'DETC', 4, null, null, 'request@0 contact@5-240 confirm@31d close@1-99'),
            ('further contact on day 31', 'DETC', 3, null, null, 'request@0 contact@5-240 answer:second@31d close@1-99'),
            ('confirmed too early only', 'DETC', 4, null, null, 'request@0 confirm@1-9 contact@9-99 close@9-300'),
            ('closed, with a date and no event', 'DETC', 10, null, null, 'request@0 contact@5-240 stamp@30-900'),
            ('closed without a date', 'DETC', 5, null, null, 'request@0 contact@5-240 shut@30-900'),
            ('nobody noted the answer, then silence', 'ET', 6, null, null, 'request@0 unclear@5-240 close@900-3600'),
            ('customer writes on, nobody answers', 'DETC', 8, null, null, 'request@0 contact@5-240 request@60-600 close@900-3600'),
            -- excluded
            ('helped himself', 'DETC', 16, null, 'self-help', 'request@0 auto@0-1 close@5-90'),
            ('came by fax', 'DETC', 3, null, 'fax', 'request@0 contact@60-300 close@9-90'),
            ('duplicate', 'DETC', 8, 'duplicate', null, 'request@0 note@5-60 close@0-9'),
            ('duplicate, known by its link only', 'DETC', 4, 'link', null, 'request@0 contact@5-60 close@0-9'),
            ('spam', 'E', 20, 'spam', null, 'request@0 close@5-90'),
            ('test case', 'DETC', 3, 'test', null, 'contact@1-9 close@1-9'),
            ('opened by a colleague', 'DETC', 4, 'internal', null, 'note@1-9 contact@5-90 close@1-9'),
            ('hung up in the queue', 'DC', 16, 'abandoned', null, 'close@1-9'),
            ('withdrawn', 'DETC', 5, 'withdrawn', null, 'request@0 contact@5-90 request@5-90 close@1-9'),
            ('wrong number', 'D', 8, 'wrong_number', null, 'contact@0-2 close@0-2'),
            ('out of scope', 'DETC', 4, 'out_of_scope', null, 'request@0 contact@5-90 close@1-9'),
            ('an exclusion that the seed does not know', 'DETC', 1, 'migrated', null, 'request@0 contact@5-90 close@1-9'),
            ('answered by a machine', 'ET', 8, null, null, 'request@0 auto@0 close@5-60 invite@5 yes@20-900'),
            ('answered by a machine, in vain', 'ET', 3, null, null, 'request@0 auto@0 close@5-60 invite@5 no@20-900'),
            ('closed without any contact', 'DETC', 6, null, null, 'request@0 auto@0 note@60-900 close@60-900'),
            -- awaiting first contact
            ('nobody has answered yet', 'DETC', 3, null, null, 'request@0 auto@0'),
            ('only triage has answered yet', 'DETC', 2, null, null, 'request@0 call:triage@5-60'),
            ('only a message was left yet', 'DC', 2, null, null, 'request@0 voicemail@5-60'),
            -- not resolved
            ('triage only', 'DETC', 14, null, null, 'request@0 call:triage@2-30 answer:triage@30-300 close@5-90'),
            ('triage only, confirmed', 'TC', 8, null, null, 'call:triage@2-30 confirm@1-9 close@5-90'),
            ('message left', 'DC', 25, null, null, 'request@0 voicemail@9-90 answer@60-600 close@900-1800'),
            ('never more than small talk', 'E', 10, null, null, 'request@0 other@9-90 close@900-1800'),
            ('message left, closed, then reached', 'DC', 4, null, null, 'request@0 voicemail@9-90 close@600-900 reopen@60-300 call@5-60 confirm@1-9 close@1-9'),
            ('information request', 'ET', 80, null, null, 'request@0 auto@0 ask@5-240 wait@0 request@60-900 resume@0 answer@20-240 confirm@20-900 close@1-240'),
            ('transferred', 'DETC', 40, null, null, 'request@0 contact@5-90 transfer@1-240 contact:second@20-300 confirm@20-900 close@1-240'),
            ('transferred at the instant of the confirmation', 'DETC', 2, null, null, 'request@0 contact@5-90 transfer@9-90 confirm@0 close@1-240'),
            ('escalated', 'DETC', 25, null, null, 'request@0 contact@5-90 escalate@20-600 contact:second@20-900 confirm@20-900 close@1-240'),
            ('escalated and sent back', 'DETC', 8, null, null, 'request@0 contact@5-90 escalate@20-600 return@60-600 contact@20-900 confirm@20-900 close@1-240'),
            ('further contact', 'DETC', 70, null, null, 'request@0 auto@0 contact@5-240 request@60-900 contact@5-240 confirm@20-900 close@1-240'),
            ('several further contacts', 'DETC', 25, null, null, 'request@0 contact@5-90 request@60-900 contact@5-240 suggest@0 contact:second@60-2000 resolve@9-90 close@1-240'),
            ('triage staff answer again', 'DETC', 8, null, null, 'request@0 contact@5-90 answer:triage@20-300 confirm@20-300 close@1-240'),
            ('a voicemail after the answer', 'DETC', 5, null, null, 'request@0 contact@5-90 voicemail@200-900 close@900-1800'),
            ('transferred, escalated, reopened, denied', 'DETC', 6, null, null, 'request@0 contact@5-90 transfer@5-90 escalate@5-90 close@60-300 reopen@60-300 close@60-300 invite@5 no@60-600'),
            ('reopened', 'DETC', 12, null, null, 'request@0 contact@5-90 close@30-300 reopen@60-3000 contact@9-90 close@20-300'),
            ('reopened and left open', 'DETC', 3, null, null, 'request@0 contact@5-90 close@30-300 reopen@60-3000'),
            ('confirmed, then reopened', 'DETC', 14, null, null, 'request@0 contact@5-90 confirm@30-300 close@1-9 reopen@600-3000 contact@9-90 close@20-300'),
            ('denied', 'DETC', 22, null, null, 'request@0 contact@5-240 close@30-900 invite@5-60 no@20-2000'),
            ('denied by score', 'DETC', 8, null, null, 'request@0 contact@5-240 close@30-900 invite@5-60 score_no@20-2000'),
            ('a survey says yes, then no', 'DETC', 5, null, null, 'request@0 contact@5-99 close@30-300 invite@5 yes@20-90 no@60-600'),
            ('confirmed, then denied', 'DETC', 4, null, null, 'request@0 contact@5-99 confirm@20-90 close@1-9 invite@5 no@60-600')
    ) as stories (story, models, weight, exclusion, channel_kind, script);

create table models as
select *
from
    (
        values
            ('D', 'direct', 30, ['phone', 'phone', 'phone', 'chat', 'chat', 'video', 'in_person']),
            ('E', 'electronic', 40, ['email', 'email', 'email', 'email', 'web', 'web', 'social', 'messaging']),
            ('T', 'front_line_triage', 20, ['phone', 'phone', 'email', 'web']),
            ('C', 'call_back', 10, ['phone', 'phone', 'web'])
    ) as models (model, delivery_model, share, channels);

-- Ten thousand slots a model, shared out by weight.
create table story_slots as
with
shares as (
    select
        models.model,
        stories.story_no,
        sum(stories.weight) over (partition by models.model order by stories.story_no) as upper_weight,
        upper_weight - stories.weight as lower_weight,
        sum(stories.weight) over (partition by models.model) as total
    from stories
    inner join models on contains(stories.models, models.model)
)

select shares.model, slots.range as slot, shares.story_no
from shares
inner join range(10000) as slots
    on slots.range * shares.total >= shares.lower_weight * 10000 and slots.range * shares.total < shares.upper_weight * 10000;

create table story_steps as
with
tokens as (
    select story_no, unnest(string_split(script, ' ')) as token, generate_subscripts(string_split(script, ' '), 1) as step_no from stories
),

parts as (
    select
        story_no,
        step_no,
        regexp_extract(token, '^(\w+)(?::(\w+))?@(\d+)(?:-(\d+))?(d?)$', ['step', 'who', 'low', 'high', 'days']) as part
    from tokens
)

select
    story_no,
    step_no,
    part.step,
    if(part.who = '', 'agent', part.who) as who,
    if(part.days = 'd', 0, part.low::integer) as low_minutes,
    coalesce(try_cast(part.high as integer), low_minutes) as high_minutes,
    if(part.days = 'd', part.low::integer, 0) as days
from parts;

-- What a step leaves in the records. `contact` is whatever the delivery model regards as a first contact; a step without a
-- row for the model of the case leaves nothing.
create table step_records as
select string_split(models, '') as models, * exclude (models)
from
    (
        values
            ('request', 'E', 'interaction', 'message', 'inbound', null),
            ('request', 'T', 'interaction', 'message', 'inbound', null),
            ('request', 'C', 'interaction', 'voicemail', 'inbound', null),
            ('auto', 'ET', 'interaction', 'automatic_reply', 'outbound', 'acknowledgement'),
            ('note', 'DETC', 'interaction', 'internal_note', 'internal', null),
            ('contact', 'DC', 'interaction', 'live_conversation', 'inbound', 'recommended_answer'),
            ('contact', 'ET', 'interaction', 'message', 'outbound', 'recommended_answer'),
            ('call', 'DETC', 'interaction', 'live_conversation', 'outbound', 'recommended_answer'),
            ('answer', 'DETC', 'interaction', 'message', 'outbound', 'recommended_answer'),
            ('ask', 'DETC', 'interaction', 'message', 'outbound', 'information_request'),
            ('received', 'DETC', 'interaction', 'message', 'outbound', 'acknowledgement'),
            ('other', 'DETC', 'interaction', 'message', 'outbound', 'other'),
            ('unclear', 'DETC', 'interaction', 'message', 'outbound', null),
            ('voicemail', 'DETC', 'interaction', 'voicemail', 'outbound', null),
            ('assign', 'DETC', 'event', 'assigned', null, null),
            ('transfer', 'DETC', 'event', 'transferred', null, null),
            ('return', 'DETC', 'event', 'assigned', null, null),
            ('escalate', 'DETC', 'event', 'escalated', null, null),
            ('wait', 'DETC', 'event', 'pending_customer', null, null),
            ('resume', 'DETC', 'event', 'resumed', null, null),
            ('suggest', 'DETC', 'event', 'solution_suggested', null, null),
            ('confirm', 'DETC', 'event', 'resolution_confirmed', null, null),
            ('no_action', 'DETC', 'event', 'no_further_action', null, null),
            ('resolve', 'DETC', 'event', 'resolved', null, null),
            ('reopen', 'DETC', 'event', 'reopened', null, null),
            ('close', 'DETC', 'event', 'closed', null, null),
            ('stamp', 'DETC', 'closing', null, null, null),
            ('shut', 'DETC', 'closing', null, null, null),
            ('invite', 'DETC', 'invitation', null, null, null),
            ('yes', 'DETC', 'response', 'yes', null, null),
            ('no', 'DETC', 'response', 'no', null, null),
            ('score_yes', 'DETC', 'response', '1', null, null),
            ('score_no', 'DETC', 'response', '0', null, null)
    ) as records (step, models, record, kind, direction, response_kind);
