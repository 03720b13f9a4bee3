"""Worlds that fill whole cells: employees in teams of all sizes over many periods, weeks with just so many pairs of scores."""

from __future__ import annotations

from datetime import date
from itertools import cycle

from vocabulary import Row
from voice_oracle import VoicePolicies
from voice_worlds import DAY, SECOND, Voices

TEAMS = ("blue", "green", "red", "(none)", "violet")
SIZES = (0, 0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 7, 9, 11)


def employees(world: Voices) -> None:
    """Answers of employees over many periods, in teams of all sizes, with what customers say of the same teams."""
    rng, policies = world.rng, world.setting.policies
    assert isinstance(policies, VoicePolicies)
    agents, least = {}, policies.esat_min_responses
    for team in (*TEAMS, "grey"):
        agents[team] = world.new_id("g")
        named = None if team == "(none)" else team
        world.add("agents", agent_id=agents[team], is_qualified=True, team=named, site="Lyon", shift="day")
    start = world.setting.as_of
    for number in range(28):
        start, end = world.calendar.period(start, policies.esat_grain)
        sizes = {team: rng.choice(SIZES) for team in TEAMS}
        if number % 9 == 1:
            sizes = dict.fromkeys(TEAMS, 0) | {"blue": least - 1, "red": number // 9 % 2}
        if number % 9 == 2:
            sizes = dict.fromkeys(TEAMS, 0) | {"blue": 6, "green": 6, "red": 7, "violet": least - 1 - number // 9}
        if number % 9 == 5:
            sizes = dict.fromkeys(TEAMS, 0) | {"blue": least - 1, "green": 1, "red": 9, "violet": 7}
        sizes |= {"grey": 12 * (number % 9 == 4), "pink": 12 * (number % 9 in (3, 4))}  # rarely; of no customers
        if number == 6:
            sizes["once"] = 2
        world.reply("workload", "employee", world.noon(start), team="quiet", score=5)
        for team, size in sizes.items():
            _employee_answers(world, team, size, start, end)
            for _ in range(rng.randrange(4) if team in agents else 0):
                at = world.at(start + DAY * rng.randrange((end - start).days + 1))
                world.reply("overall_satisfaction", "post_case", at, agent_id=agents[team], score=rng.randrange(1, 6))
        start -= DAY


def _employee_answers(world: Voices, team: str, size: int, start: date, end: date) -> None:
    """So many answers that count, at the edges of the period too, and some that do not."""
    rng, last = world.rng, end + DAY
    named = None if team == "(none)" else team
    kind: Row = {"question": "employee_satisfaction", "survey": "employee", "team": named}
    for number in range(size):
        at = (world.around(start, 0), world.around(last, -1))[number] if number < 2 else world.at(start + DAY * rng.randrange(20))
        row = world.reply(**kind, at=at, score=rng.randrange(1, 6), case_id="elsewhere", agent_id=rng.choice(["somebody", None]))
        if rng.random() < 0.2:
            row["invitation_id"] = world.invite(at, "employee")["invitation_id"]
            again = world.rng.choice([0, 0, 1]) * SECOND + world.rng.choice([0, 0, 1]) * DAY
            world.reply(**kind, at=at + again, invitation_id=row["invitation_id"], score=3)
    if rng.random() < 0.3:
        world.reply(**kind, at=world.noon(start), **rng.choice(world.unfit(1, 5)[:6]))
        world.reply("overall_satisfaction", "employee", world.noon(start), team=named, score=4)
        world.reply("workload", "employee", world.noon(start), team=named, score=5)


def correlations(world: Voices) -> None:
    """A week each with a driver's pairs just under and at the minimum, without variance, and in perfect line."""
    policies = world.setting.policies
    assert isinstance(policies, VoicePolicies)
    least = policies.correlation_min_points
    shapes = cycle(["too few", "just enough", "more", "same driver", "same overall", "rising", "falling", "thirds"])
    driver = cycle(["driver_self_help", "journey_exploration"])
    day = world.calendar.period(world.setting.first_day, "week")[0] + 7 * DAY
    while day <= world.setting.as_of:
        for shape in (next(shapes), next(shapes)):
            question = next(driver)
            _pairs(world, question, shape, least, day)
        next(shapes)
        day += 7 * DAY


def _pairs(world: Voices, question: str, shape: str, least: int, day: date) -> None:
    rng = world.rng
    count = {"too few": least - 1, "just enough": least}.get(shape, least + rng.randrange(4))
    for number in range(count):
        one, other = (number % 3, number % 2) if number < 2 else (rng.randrange(1, 6), rng.randrange(1, 6))
        one, other = max(1, one), max(1, other + 1)
        scale: Row = {}
        if shape == "same driver":
            one = 2
        if shape == "same overall":
            other = 4
        if shape in ("rising", "falling"):
            one = 1 + number % 5
            other = one if shape == "rising" else 6 - one
        if shape == "thirds":
            one, other, scale = 2 + number % 2, 3, {"scale_min": 1, "scale_max": 4}
        response_id = world.new_id("s")
        at = world.noon(day + DAY * rng.randrange(7))
        world.reply(question, "relationship", at, response_id=response_id, score=one, **scale)
        world.reply("overall_satisfaction", "relationship", at, response_id=response_id, score=other, **scale)
