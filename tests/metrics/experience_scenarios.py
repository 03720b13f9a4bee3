"""The situations that class an account: means, periods, cases, needs and posts on, just before or just after an edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from contract_calendar import DAY, month_end
from impact_worlds import SECOND, SETTLEMENT, ImpactWorld

Scenario = Callable[[ImpactWorld, int], None]
QUARTERS = (Decimal("0.25"), Decimal("0.75"))
STATUSES = ("resolved", "not_resolved", "pending", "excluded")


def mean_score(world: ImpactWorld, side: int) -> None:
    """Several answers, on scales of their own, whose mean is a quarter or three quarters, or a little off."""
    rng, anchor = world.rng, world.anchor()
    world.covered(anchor)
    month = [anchor - n * DAY for n in range(anchor.day)]
    if rng.random() < 0.3:  # thirds and sixths: 2/3 and 5/6, 1/6 and 1/3
        scores = rng.choice([(Decimal(5), Decimal(6)), (Decimal(2), Decimal(3))])
        for score in (scores[0] - 1 + side * Decimal("0.0001"), scores[1] - 1):
            scale = {"scale_min": Decimal(0), "scale_max": Decimal(6)}
            world.reply("overall_satisfaction", world.at(rng.choice(month)), score=score, **scale)
        return
    target, number = rng.choice(QUARTERS), rng.randrange(1, 4)
    shares = [target] * number
    if number > 1:
        shares[0], shares[1] = target - Decimal("0.25"), target + Decimal("0.25")
    shares[-1] += side * rng.choice([Decimal("0.01"), Decimal("0.0001") if number == 1 else Decimal("0.01"), Decimal("0.25")])
    for share in shares:
        world.satisfied(world.at(rng.choice(month)), min(max(share, Decimal(0)), Decimal(1)))


def experience_period(world: ImpactWorld, side: int) -> None:
    """Answers at the first moments of a month, a quarter or a year: other classes and anchors per length of period."""
    rng, anchor = world.rng, world.anchor()
    start = world.calendar.period(anchor, rng.choice(["month", "quarter", "year"]))[0]
    world.covered(start)
    world.satisfied(world.midnight(start) + side * SECOND)
    if rng.random() < 0.6:
        world.satisfied(world.at(start + rng.choice([-20, -1, 2, 35]) * DAY))


def repeated_answer(world: ImpactWorld, side: int) -> None:
    """Answers of one invitation, or of one person about one case, on the local day of the first, or after it."""
    rng, anchor = world.rng, world.anchor()
    world.covered(anchor)
    given: dict[str, object] = {"survey_type": "post_case", "account_id": world.account}
    if rng.random() < 0.5:
        given["invitation_id"] = world.invite(world.at(anchor), "post_case")
    else:
        given |= {"case_id": world.case(world.at(anchor - DAY))["case_id"], "contact_id": world.new_id("p")}
    world.satisfied(world.midnight(anchor), **given)
    if rng.random() < 0.6:
        world.satisfied(world.midnight(anchor) + timedelta(hours=rng.choice([0, 5])), **given)
    world.satisfied(world.midnight(anchor + DAY) + side * SECOND, **given)


def unused_answer(world: ImpactWorld, side: int) -> None:
    """Beside one that counts: another question or survey, no account, no score, a case that is not counted."""
    rng, anchor = world.rng, world.anchor()
    world.covered(anchor)
    world.satisfied(world.at(anchor))
    at = world.at(anchor + rng.choice([1, 2]) * DAY)
    odd = rng.choice(["self_help", "nobody", "no score", "case", "question", "scale"])
    if odd == "self_help":
        world.satisfied(at, survey_type="self_help", account_id=world.account)
    elif odd == "nobody":
        world.satisfied(at, account_id=None)
    elif odd == "no score":
        world.reply("overall_satisfaction", at, account_id=world.account)
    elif odd == "case":
        case = world.case(at - SECOND, **rng.choice([{"exclusion_code": "test"}, {"channel": "portal"}]))
        world.satisfied(at, case_id=case["case_id"], account_id=world.account, survey_type="post_case")
    elif odd == "question":
        world.reply("expectations_met", at, score=Decimal(1), account_id=world.account)
    else:
        world.reply(
            "overall_satisfaction", at, score=Decimal(3), scale_min=Decimal(3), scale_max=Decimal(3), account_id=world.account
        )
    if side:
        world.satisfied(world.at(anchor + side * DAY))


def as_of_answer(world: ImpactWorld, side: int) -> None:
    """The last moment of as-of, and the first after it."""
    at, rng = world.midnight(world.as_of + DAY) + side * SECOND, world.rng
    world.covered(world.as_of - 50 * DAY)
    what = rng.choice(["satisfaction", "need", "post", "post", "recommendation"])
    if what == "satisfaction":
        world.satisfied(at)
    elif what == "need":
        world.needs(at, has_contacted=rng.random() < 0.5)
    elif what == "post":
        world.post(at)
    else:
        world.satisfied(world.at(world.settled_on - rng.choice([0, 1]) * DAY))
        world.recommends(at, rng.choice([8, 9]))


def first_contacts(world: ImpactWorld, side: int) -> None:
    """Cases with every mixture of verdicts in a month; the last one, also a pending one, sets the anchor."""
    rng, day = world.rng, world.anchor() - SETTLEMENT
    world.covered(day)
    for number in range(rng.choice([1, 2, 2, 3])):
        status = rng.choice(STATUSES if number else STATUSES[: 2 + (side > 0)])
        world.served(world.at(day + rng.randrange(20) * DAY), status)


def case_period(world: ImpactWorld, side: int) -> None:
    """A case that is dated by the first moments of a period."""
    rng = world.rng
    start = world.calendar.period(world.anchor(), rng.choice(["month", "quarter"]))[0]
    world.covered(start)
    world.served(world.midnight(start) + side * SECOND, rng.choice(STATUSES[:2]))
    if rng.random() < 0.5:
        world.served(world.at(start + rng.choice([-9, 3]) * DAY), rng.choice(STATUSES[:3]))


def unmet_needs(world: ImpactWorld, side: int) -> None:
    """People of one account who needed help or not, who asked or not, or did not say."""
    rng, anchor = world.rng, world.anchor()
    world.covered(anchor)
    for _ in range(rng.choice([1, 2, 3])):
        at = world.at(anchor + rng.randrange(9) * DAY)
        world.needs(at, has_contacted=rng.choice([True, True, False, None]), has_needed=rng.random() < 0.8)
    if side:
        world.needs(world.at(anchor + 9 * DAY), has_contacted=side > 0)


def need_period(world: ImpactWorld, side: int) -> None:
    """Answers at the first moments of a month; of one invitation, the later response counts, question by question."""
    rng = world.rng
    start = world.calendar.period(world.anchor(), "month")[0]
    at = world.midnight(start) + side * SECOND
    world.covered(start)
    if rng.random() < 0.5:
        world.needs(at, has_contacted=rng.random() < 0.5)
        return
    invitation = world.invite(at, "relationship")
    world.needs(at, has_contacted=rng.random() < 0.5, invitation_id=invitation)
    world.needs(at + timedelta(hours=3), has_contacted=rng.choice([True, False, None]), invitation_id=invitation)


def community_period(world: ImpactWorld, side: int) -> None:
    """A post at the first moments of a period, by whom it counts for and by whom it does not."""
    rng = world.rng
    day = max(world.anchor(settled=rng.random() < 0.7), world.setting.first_post_on + 32 * DAY)
    start = world.calendar.period(min(day, world.as_of), rng.choice(["month", "quarter"]))[0]
    world.covered(start)
    role = rng.choice(["customer", "champion", "moderator", "employee"])
    world.post(world.midnight(start) + side * SECOND, role, **rng.choice([{}, {}, {}, {"account_id": None}]))


def community_active(world: ImpactWorld, side: int) -> None:
    """A member whose only contract begins or ends around the last day of a month."""
    rng = world.rng
    day = max(world.anchor(settled=rng.random() < 0.7), world.setting.first_post_on)
    end = month_end(day) if month_end(day) < world.as_of else month_end(world.as_of)
    dates: tuple[date, date | None] = (end - 80 * DAY, end + side * DAY)
    if rng.random() < 0.4:
        dates = (end + side * DAY, None)
    contract = world.contract(*dates, signed_on=None)
    if rng.random() < 0.3 and dates[1] is not None:
        world.renewal(contract, dates[1] + rng.choice([2, 10]) * DAY, is_linked=True)
    if rng.random() < 0.6:
        world.post(world.at(min(end, world.as_of) - rng.randrange(20) * DAY))


def cells(world: ImpactWorld) -> None:
    """Bands of their own, in which so many of so many exposed, and of so many reference accounts, would recommend."""
    shapes = [
        (0, 3, 2, 4),
        (2, 4, 0, 3),
        (0, 2, 0, 5),
        (3, 3, 2, 2),
        (1, 3, 1, 4),
        (6, 6, 1, 4),
        (1, 1, 0, 1),
        (2, 3, 0, 0),
        (0, 0, 1, 2),
    ]
    anchor = world.anchor()
    month = world.setting.as_ofs[0] - world.window - 60 * DAY
    for number, (a, n1, b, n0) in enumerate(shapes):
        for index in range(n1 + n0):
            is_exposed = index < n1
            is_yes = index < a if is_exposed else index - n1 < b
            world.account = world.new_id("a")
            world.account_row(None, None)["size_band"] = f"cell {number}"
            anchor = month.replace(day=world.rng.randrange(1, 25))
            world.covered(anchor)
            world.satisfied(world.at(anchor), Decimal(1) if is_exposed else Decimal("0.5"))
            world.recommends(world.at(anchor + 9 * DAY), 9 if is_yes else 8)


def last_month(world: ImpactWorld) -> None:
    """All is known of a band in the month whose windows have run out, but not the settlement of its first contacts."""
    end = world.setting.as_ofs[0] - world.window
    for _ in range(6):
        world.account = world.new_id("a")
        world.account_row(None, None)["size_band"] = "all known"
        world.contract(end - 90 * DAY, None, cancelled_on=end - 9 * DAY, signed_on=None)
        world.satisfied(world.at(end - world.rng.randrange(11, 20) * DAY))


EXPERIENCES: tuple[tuple[Scenario, int], ...] = (
    *((mean_score, 5), (experience_period, 2), (repeated_answer, 6), (unused_answer, 2), (as_of_answer, 8)),
    *((first_contacts, 3), (case_period, 2), (unmet_needs, 3), (need_period, 2), (community_period, 5), (community_active, 2)),
)
