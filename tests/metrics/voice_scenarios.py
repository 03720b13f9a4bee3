"""What happens in the worlds of surveys: one small story per edge of a definition, on each side of it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from vocabulary import Calendar, Row, Tables
from voice_cells import correlations, employees
from voice_worlds import DAY, FIXED, SCALED, SECOND, SURVEYS, Voices
from worlds import SIDES, Setting, drop_after

Scenario = Callable[[Voices, int], None]
ASKED = {
    "post_case": ("overall_satisfaction", "likelihood_to_recommend", "effort_ease", "expectations_met", "driver_knowledge"),
    "relationship": ("overall_satisfaction", "likelihood_to_recommend", "expectations_met", "driver_availability"),
    "self_help": ("overall_satisfaction", "journey_validation"),
}
YES_NO = {"post_case": "issue_resolved", "relationship": "needed_help", "self_help": "found_answer"}


def survey_of(world: Voices) -> tuple[str, str]:
    survey = world.rng.choice(SURVEYS)
    return survey, world.rng.choice(ASKED[survey])


def next_day(world: Voices, side: int) -> None:
    """Two answers of one subject: the second a second before, at or after the midnight that ends the day of the first."""
    for survey in SURVEYS:
        day, question = world.some_day(), world.rng.choice(ASKED[survey])
        first = world.around(day, 0) + world.rng.choice([timedelta(), timedelta(hours=9)])
        about = world.subject(survey, first)
        world.reply(question, survey, first, **about)
        world.reply(question, survey, world.around(day + DAY, side), **about)
        if world.rng.random() < 0.4:
            world.reply(question, survey, world.around(day + 2 * DAY, world.rng.choice([-1, 0])), **about)


def tied(world: Voices, side: int) -> None:
    """Answers of one subject at one instant, or a second apart: the id decides only at the same one."""
    for survey in SURVEYS:
        at = world.noon(world.some_day())
        about, question = world.subject(survey, at), world.rng.choice(ASKED[survey])
        for moment in (at, at + side * SECOND, at):
            world.reply(question, survey, moment, **about)


def unfit_first(world: Voices, side: int) -> None:
    """Unfit answers make no first day; the fit one after them does, and so on the same day."""
    survey, question = survey_of(world)
    at = world.noon(world.some_day())
    about = world.subject(survey, at)
    low, high = FIXED.get(question, (1, 5))
    world.reply(question, survey, at, **about, **world.rng.choice(world.unfit(low, high)[:5]))
    world.reply(question, survey, world.around(world.calendar.day(at) + DAY, side), **about, score=world.rng.randrange(2, 6))
    if world.rng.random() < 0.5:
        world.reply(question, survey, at + 2 * DAY, **about, score=4)


def other_contact(world: Voices, side: int) -> None:
    """Two people of one case without an invitation are two subjects; so are two surveys, two questions, and ids of two words."""
    at = world.noon(world.some_day())
    for case_id, contact in ((world.new_id("c"), "one two"), (None, "two")):
        case_id = case_id or world.tables["cases"][-1]["case_id"] + " one"
        world.case(at - DAY, case_id=case_id)
        world.reply("overall_satisfaction", "post_case", at + side * SECOND, case_id=case_id, contact_id=contact)
    case = world.case(at - DAY)
    for contact in ("one", "one" if side else None, None):
        world.reply("overall_satisfaction", "post_case", at, case_id=case["case_id"], contact_id=contact)
    world.reply("overall_satisfaction", "relationship", at + side * SECOND, case_id=case["case_id"], contact_id="one")
    world.reply("effort_ease", "post_case", at + side * DAY, case_id=case["case_id"], contact_id="one")


def scores(world: Voices, side: int) -> None:
    """Scores of every question, at the edges of its classes and of its scale."""
    day = world.some_day()
    for question in (*SCALED, *SCALED, "driver_knowledge"):
        survey = "post_case" if question == "effort_ease" or world.rng.random() < 0.5 else "relationship"
        at = world.at(day)
        world.reply(question, survey, at, account_id=world.account, **world.scored(question, clean=0.7))
    step = side * Decimal("0.0001")
    for question, survey, edges in (
        ("likelihood_to_recommend", "relationship", (0, 7, 9, 10)),
        ("effort_ease", "post_case", (1, 5, 7)),
        ("expectations_met", "relationship", (1, 2, 4, 5)),
        ("overall_satisfaction", "relationship", (1, 2, 4, 5)),
    ):
        for edge in edges:
            world.reply(question, survey, world.at(day), account_id=world.account, score=edge + step)


def case_of_another_day(world: Voices, side: int) -> None:
    """The case is opened around the midnight that ends the day of the answer."""
    day = world.some_day()
    case = world.case(world.around(day + DAY, side), account_id=world.account)
    at = world.around(day, world.rng.choice([0, 1, 80000]))
    invitation = world.invite(at, "post_case", case_id=case["case_id"]) if world.rng.random() < 0.5 else None
    about: Row = {"invitation_id": invitation["invitation_id"]} if invitation else {"case_id": case["case_id"]}
    world.touch(case, at - DAY)
    world.reply("overall_satisfaction", "post_case", at, **about)


def case_that_does_not_count(world: Voices, side: int) -> None:
    """Excluded, a duplicate, of self-help, unknown, or counted with an odd outcome; by itself or by its invitation."""
    at = world.noon(world.some_day())
    shapes: list[Row] = [{"exclusion_code": "spam"}, {"duplicate_of_case_id": "elsewhere"}, {"channel": "chatbot"}]
    given = world.rng.choice(shapes) if side else {}
    case = world.case(at - DAY, **given)
    if world.rng.random() < 0.3:
        world.close(case, at - timedelta(hours=2))
    case_id = case["case_id"] if side >= 0 else world.rng.choice(["elsewhere", case["case_id"]])
    survey = world.rng.choice(SURVEYS)
    if world.rng.random() < 0.4:
        sent = world.invite(at, survey, case_id=case_id)
        world.reply("overall_satisfaction", survey, at, invitation_id=sent["invitation_id"])
    else:
        world.reply("overall_satisfaction", survey, at, case_id=case_id)
    world.reply("overall_satisfaction", survey, at + SECOND)


def invitation_of_another_day(world: Voices, side: int) -> None:
    """The invitation is sent around the midnight that ends the day of the answer, which it then says nothing about."""
    survey = world.rng.choice(SURVEYS)
    day = world.some_day()
    at = world.around(day, world.rng.choice([0, 3600]))
    case = world.case(at - DAY, **world.rng.choice([{}, {}, {"exclusion_code": "test"}])) if survey == "post_case" else None
    columns: Row = {"case_id": case["case_id"]} if case else {}
    columns |= {"session_id": world.session(at)} if survey == "self_help" else {}
    agent = world.agents["second"]
    sent = world.invite(world.around(day + DAY, side), survey, account_id=world.account, agent_id=agent, **columns)
    for moment in (at, at + SECOND, at + DAY):
        world.reply("overall_satisfaction", survey, moment, invitation_id=sent["invitation_id"])


def agent_of_answer(world: Voices, side: int) -> None:
    """The last agent interaction up to the answer is around it; acknowledgements and inbound messages are none."""
    rng, at = world.rng, world.at(world.some_day())
    case = world.case(at - 2 * DAY)
    world.touch(case, at - DAY, rng.choice(["qualified", "moved"]))
    world.touch(case, at + side * SECOND, "second")
    if rng.random() < 0.5:
        world.touch(case, at + side * SECOND, rng.choice(["moved", "triage", "unknown"]))
    world.touch(case, at, "triage", **rng.choice([{"response_kind": "acknowledgement"}, {"direction": "inbound"}]))
    columns: Row = {"case_id": case["case_id"]}
    if rng.random() < 0.4:
        agent = rng.choice([world.agents["qualified"], None])
        columns = {"invitation_id": world.invite(at - DAY, "post_case", agent_id=agent, **columns)["invitation_id"]}
    columns |= {"agent_id": world.agents["overlapping"]} if rng.random() < 0.2 else {}
    world.reply("overall_satisfaction", "post_case", at, **columns)


def validity(world: Voices, side: int) -> None:
    """An answer around the midnight on which the rows of its account, or of its agent, change."""
    for who, table, column in ((world.account, "accounts", "account_id"), (world.agents["moved"], "agents", "agent_id")):
        rows = [row for row in world.tables[table] if row[column] == who]
        edges = {row[name] for row in rows for name in ("valid_from", "valid_to") if row[name]}
        at = world.around(world.rng.choice(sorted(edges)), side)
        about: Row = {"account_id": world.account, "agent_id": world.agents["moved"]}
        if world.rng.random() < 0.5:
            sent = world.invite(at, world.rng.choice(SURVEYS), **about)
            about = {"invitation_id": sent["invitation_id"]}
        for survey in ("post_case", "relationship"):
            world.reply("overall_satisfaction", survey, at, **about)
        world.reply("expectations_met", "relationship", at, **about)


def field_change(world: Voices, side: int) -> None:
    """Product, queue or priority change around the answer."""
    at = world.at(world.some_day())
    case = world.case(at - 2 * DAY)
    for name in ("product", "queue", "priority"):
        world.change(case, name, at + side * SECOND)
    world.reply(
        "overall_satisfaction", "post_case", at, case_id=case["case_id"], account_id=world.rng.choice([None, "elsewhere"])
    )


def session_of_answer(world: Voices, side: int) -> None:
    """A session goes on around the midnight that ends the day of the answer; two of its events may tie."""
    day = world.some_day()
    session_id = world.new_id("h")
    for at in (world.around(day, 5), world.around(day + DAY, side), world.around(day + DAY, side), world.noon(day + 3 * DAY)):
        world.visit(session_id, at)
    at = world.around(day, world.rng.choice([0, 5, 3600]))
    world.reply("overall_satisfaction", "self_help", at, session_id=session_id, contact_id=world.rng.choice([None, "one"]))
    world.reply("overall_satisfaction", "self_help", at + DAY, session_id=session_id)


def yes_and_no(world: Voices, side: int) -> None:
    """Yes/no questions in every spelling: they have no scale, and repeat as the others do."""
    survey = world.rng.choice(SURVEYS)
    at = world.noon(world.some_day())
    about = world.subject(survey, at)
    spellings: list[Row] = [{"answer": "Yes"}, {"answer": "0"}, {"score": 1}, {"score": 0, "scale_min": 0, "scale_max": 1}]
    for moment in (at, at + side * DAY):
        world.reply(YES_NO[survey], survey, moment, **about, **{"score": None, **world.rng.choice(spellings)})


def unknown_question(world: Voices, side: int) -> None:
    """A question that nobody knows, or of another kind of survey; unfit for a second reason as well."""
    at = world.noon(world.some_day())
    case = world.case(at - DAY, **({"exclusion_code": "spam"} if side else {}))
    question, survey = world.rng.choice([("useful", "post_case"), ("effort_ease", "relationship"), ("effort_ease", "self_help")])
    world.reply(question, survey, at, case_id=case["case_id"], account_id=world.account, score=world.rng.choice([3, None]))
    world.reply("likelihood_to_recommend", "self_help", at, session_id=world.session(at), score=9)


def as_of_edge(world: Voices, side: int) -> None:
    """Answer, invitation, case or event around the end of the as-of day."""
    at = world.around(world.setting.as_of + DAY, side)
    before = at - timedelta(hours=30)
    case = world.case(world.rng.choice([before, at]), account_id=world.account)
    for sent_at in (before, at):
        sent = world.invite(sent_at, "post_case", case_id=case["case_id"])
        world.reply("overall_satisfaction", "post_case", at, invitation_id=sent["invitation_id"])
    world.reply("overall_satisfaction", "post_case", before, case_id=case["case_id"])
    world.reply("employee_satisfaction", "employee", at, team="blue", score=4)


def period_edge(world: Voices, side: int) -> None:
    """Answers and invitations around the first midnight of a week or a month."""
    for grain in ("week", "month"):
        at = world.around(world.calendar.period(world.some_day(), grain)[0], side)
        survey, question = survey_of(world)
        about = world.subject(survey, at)
        world.invite(at, survey, account_id=world.account)
        world.reply(question, survey, at, **about)


def clock_change(world: Voices, side: int) -> None:
    """Two answers at the two ends of a day that does not have 24 hours, and an invitation whose window ends there."""
    day = world.rng.choice(world.clock_changes())
    survey, question = survey_of(world)
    first, last = world.around(day, 0), world.around(day + DAY, side)
    about = world.subject(survey, first)
    for at in (first, last):
        world.reply(question, survey, at, **about)


def answered_on_last_day(world: Voices, side: int) -> None:
    """An invitation answered around the end of its window; some answers count for nothing, and some are late."""
    rng, days = world.rng, world.setting.policies.survey_settlement_days
    survey = rng.choice(SURVEYS)
    sent_on = world.some_day()
    columns: Row = {"account_id": rng.choice([world.account, None])}
    if survey == "post_case":
        columns["case_id"] = world.case(world.noon(sent_on) - DAY, account_id=world.account)["case_id"]
    sent = world.invite(world.noon(sent_on), survey, **columns)
    at = world.around(sent_on + (days + 1) * DAY, side)
    question = rng.choice([*ASKED[survey], "overall_satisfaction", "overall_satisfaction", YES_NO[survey]])
    score: Row = {"score": 1} if question == YES_NO[survey] else world.scored(question, clean=0.8)
    world.reply(question, survey, at, invitation_id=sent["invitation_id"], **score)
    if rng.random() < 0.3:
        world.reply(question, survey, at + rng.choice([-DAY, DAY]), invitation_id=sent["invitation_id"], **score)


def answered_at_sending(world: Voices, side: int) -> None:
    """An answer around the moment of the invitation: what was said before it answers nothing."""
    survey = world.rng.choice(SURVEYS)
    at = world.at(world.some_day())
    sent = world.invite(at, survey, account_id=world.account)
    world.reply("overall_satisfaction", survey, at + side * SECOND, invitation_id=sent["invitation_id"])
    if world.rng.random() < 0.3:
        world.reply("overall_satisfaction", survey, at + DAY, invitation_id=sent["invitation_id"])


def settling(world: Voices, side: int) -> None:
    """Invitations whose window runs out around the as-of day, answered or not."""
    days = world.setting.policies.survey_settlement_days
    sent_on = world.setting.as_of + (side - days) * DAY
    for is_answered in (True, False):
        survey = world.rng.choice(SURVEYS)
        sent = world.invite(world.at(sent_on), survey, account_id=world.account)
        if is_answered:
            at = sent["sent_at"] + world.rng.choice([SECOND, DAY])
            world.reply("overall_satisfaction", survey, at, invitation_id=sent["invitation_id"])


def invited_before_the_case(world: Voices, side: int) -> None:
    """The case of an invitation is opened around the midnight that ends the day of sending; or does not count."""
    day = world.some_day()
    given: Row = {"exclusion_code": "spam"} if world.rng.random() < 0.3 else {}
    case = world.case(world.around(day + DAY, side), account_id=world.account, **given)
    case_id = world.rng.choice([case["case_id"]] * 4 + ["elsewhere"])
    sent = world.invite(world.around(day, 3600), "post_case", case_id=case_id)
    if world.rng.random() < 0.6:
        world.reply("overall_satisfaction", "post_case", world.noon(day + 2 * DAY), invitation_id=sent["invitation_id"])


def whole_survey(world: Voices, side: int) -> None:
    """One response to many questions: drivers beside satisfaction, at one moment or not quite."""
    survey = world.rng.choice(SURVEYS)
    at = world.at(world.some_day())
    about = world.subject(survey, at)
    response_id = world.new_id("s")
    for question in ASKED[survey]:
        if world.rng.random() < 0.8:
            moment = at + side * world.rng.choice([0, 0, 1]) * DAY
            world.reply(question, survey, moment, response_id=response_id, **about)


def scenarios() -> dict[str, Scenario]:
    found: tuple[Scenario, ...] = (
        *(next_day, tied, unfit_first, other_contact, scores, case_of_another_day, case_that_does_not_count),
        *(invitation_of_another_day, agent_of_answer, validity, field_change, session_of_answer, yes_and_no, unknown_question),
        *(as_of_edge, period_edge, clock_change, answered_on_last_day, answered_at_sending, settling, invited_before_the_case),
        whole_survey,
    )
    return {each.__name__: each for each in found}


OFTEN = {"next_day": 2, "tied": 2, "whole_survey": 4, "unfit_first": 2, "answered_on_last_day": 2, "agent_of_answer": 2}


def generate(
    setting: Setting,
    seed: int,
    copies: int,
    event_at: dict[str, tuple[str, ...]],
    *,
    is_as_of_derived: bool,
    prefix: str = "w",
    with_cells: bool = True,
) -> Tables:
    """All worlds of one build: every scenario on every side `copies` times, some more often, mixed, about four to a world.

    With cells: and once the answers of employees, and the weeks that hold the pairs of correlations.
    """
    rng = random.Random(seed)
    tasks = [
        (scenario, side) for name, scenario in scenarios().items() for side in SIDES for _ in range(copies * OFTEN.get(name, 1))
    ]
    rng.shuffle(tasks)
    tables: Tables = defaultdict(list)
    number = 0
    while tasks:
        world = Voices(f"{prefix}{number:04}", setting, rng, tables)
        for scenario, side in (tasks.pop() for _ in range(min(len(tasks), rng.randrange(2, 7)))):
            scenario(world, side)
        number += 1
    for tell in (employees, correlations) if with_cells else ():
        world = Voices(f"{prefix}-{tell.__name__}", setting, rng, tables)
        world.ids = iter(rng.sample(range(10_000, 100_000), 20_000))
        tell(world)
    if is_as_of_derived:
        drop_after(tables, Calendar(setting.policies.timezone).utc(setting.as_of + DAY), event_at)
    return tables
