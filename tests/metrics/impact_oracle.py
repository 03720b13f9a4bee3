"""What goes with an experience once more, in plain Python straight from the definition: exposures, windows, outcomes.

Who is active and what renews what comes from the oracle of contracts, months of recurring revenue from that of revenue,
first contacts from that of cases. Nothing is shared with the models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from contract_calendar import DAY, month_end
from contract_oracle import Attributes, Contract, ContractOracle
from impact_answers import Answer, Questions, counted_answers
from oracle import Oracle
from revenue_oracle import Month, RevenueOracle
from vocabulary import Policies, Seeds, Tables

EXPOSURES = ("experience", "first_contact_resolution", "unmet_need", "community")
OUTCOMES = ("renewal", "purchase", "recommendation")
GRAINS = ("month", "quarter", "year")
POSITIVE, NEGATIVE, PROMOTER = Fraction(3, 4), Fraction(1, 4), 9
PeriodKey = tuple[str, date, date]


@dataclass(frozen=True)
class Exposure:
    """What a period's evidence makes of an account, and the day after which outcomes count."""

    period: PeriodKey
    account: str
    exposure: str
    is_exposed: bool
    anchor: date
    mean: Fraction | None = None

    @property
    def experience_class(self) -> str | None:
        if self.mean is None:
            return None
        return "positive" if self.mean >= POSITIVE else "negative" if self.mean <= NEGATIVE else "neutral"


@dataclass(frozen=True)
class Outcome:
    """happened, not_happened, not_at_risk or undetermined; `is_so_far`: not settled, but happened as far as is known."""

    state: str
    is_so_far: bool = False

    @property
    def flag(self) -> bool | None:
        return {"happened": True, "not_happened": False}.get(self.state)


@dataclass(frozen=True)
class Window:
    """An account after an anchor day."""

    account_state: str
    is_over: bool
    due: tuple[Contract, ...]
    outcomes: dict[str, Outcome]
    attributes: Attributes


@dataclass(frozen=True)
class Purchase:
    """A finished month with more than a rise of prices, or the first contract on a product."""

    on: date
    is_product: bool = True
    is_held: bool = False  # a grace that still runs holds some of the month's value


class ImpactOracle:
    """Classes every account of every period, and tells what followed."""

    def __init__(
        self, tables: Tables, seeds: Seeds, questions: Questions, policies: Policies, event_at: dict[str, tuple[str, ...]]
    ) -> None:
        self.tables, self.policies = tables, policies
        self.cases = Oracle(tables, seeds, policies, event_at)
        self.contracts = ContractOracle(tables, policies, event_at)
        self.revenue = RevenueOracle(self.contracts)
        self.as_of, self.calendar = self.contracts.as_of, self.contracts.calendar
        self.length = timedelta(days=policies.impact_window_days)
        self.answers = [each for each in counted_answers(tables, questions, self.cases) if each.account is not None]
        self.recommended: dict[str, list[Answer]] = defaultdict(list)
        for answer in sorted(self.answers, key=lambda each: each.place):
            if answer.row["question"] == "likelihood_to_recommend":
                self.recommended[answer.account or ""].append(answer)
        self.by_account: dict[str, list[Contract]] = defaultdict(list)
        for contract in self.contracts.contracts.values():
            self.by_account[contract.account].append(contract)
        self.purchases, self.held = self._purchases()
        self._windows: dict[tuple[str, date], Window | None] = {}
        self.rows: list[tuple[Exposure, Window]] = []
        for exposure in self.exposures():
            window = self.window(exposure.account, exposure.anchor)
            if window is not None:
                self.rows.append((exposure, window))

    def periods(self, day: date) -> Iterator[PeriodKey]:
        for grain in self.policies.grains:
            if grain in GRAINS:
                yield (grain, *self.calendar.period(day, grain))

    # Exposures

    def exposures(self) -> Iterator[Exposure]:
        yield from self._experiences()
        yield from self._first_contacts()
        yield from self._unmet_needs()
        yield from self._community()

    def _experiences(self) -> Iterator[Exposure]:
        answers: dict[tuple[PeriodKey, str], list[Answer]] = defaultdict(list)
        for answer in self.answers:
            if answer.row["question"] == "overall_satisfaction" and answer.row["survey_type"] in ("post_case", "relationship"):
                for period in self.periods(answer.on):
                    answers[period, answer.account or ""].append(answer)
        for (period, account), given in answers.items():
            mean = sum((each.share for each in given if each.share is not None), Fraction(0)) / len(given)
            mean = Fraction(round(mean * 10**12), 10**12)
            yield Exposure(period, account, "experience", mean >= POSITIVE, max(each.on for each in given), mean)

    def _first_contacts(self) -> Iterator[Exposure]:
        cases: dict[tuple[PeriodKey, str], list[tuple[str, date]]] = defaultdict(list)
        for case in self.cases.cases.values():
            account = case.row.get("account_id")
            if case.is_in_rate and account is not None and case.dated_on is not None:
                for period in self.periods(case.dated_on):
                    cases[period, account].append((case.status, case.dated_on))
        for (period, account), judged in cases.items():
            statuses = {status for status, _ in judged}
            if statuses != {"pending"}:
                anchor = max(day for _, day in judged) + timedelta(days=self.policies.settlement_days)
                yield Exposure(period, account, "first_contact_resolution", "not_resolved" not in statuses, anchor)

    def _unmet_needs(self) -> Iterator[Exposure]:
        said: dict[str, dict[str, Answer]] = defaultdict(dict)
        for answer in self.answers:
            if answer.row["question"] in ("needed_help", "contacted_support"):
                said[answer.row["response_id"]][answer.row["question"]] = answer
        needs: dict[tuple[PeriodKey, str], list[tuple[bool, date]]] = defaultdict(list)
        for both in said.values():
            needed, contacted = both.get("needed_help"), both.get("contacted_support")
            if needed is not None and contacted is not None and needed.is_yes:
                for period in self.periods(needed.on):
                    needs[period, needed.account or ""].append((contacted.is_yes is False, needed.on))
        for (period, account), found in needs.items():
            yield Exposure(period, account, "unmet_need", any(unmet for unmet, _ in found), max(day for _, day in found))

    def _community(self) -> Iterator[Exposure]:
        posts = [row for row in self.tables.get("community_posts", []) if self.cases.is_present(row["posted_at"])]
        if not posts:
            return
        posters: dict[PeriodKey, set[str]] = defaultdict(set)
        for row in posts:
            if row["author_role"] in ("customer", "champion") and row.get("account_id") is not None:
                for period in self.periods(self.calendar.day(row["posted_at"])):
                    posters[period].add(row["account_id"])
        first_on = min(self.calendar.day(row["posted_at"]) for row in posts)
        days = [first_on + n * DAY for n in range((self.as_of - first_on).days + 1)]
        for period in sorted({period for day in days for period in self.periods(day)}):
            for account in self.by_account:
                yield Exposure(period, account, "community", account in posters[period], period[2])

    # What follows

    def _purchases(self) -> tuple[dict[str, list[Purchase]], dict[str, list[date]]]:
        """Purchases per account, and the ends of the finished months in which a running grace holds value."""
        purchases: dict[str, list[Purchase]] = defaultdict(list)
        held: dict[str, list[date]] = defaultdict(list)
        for (segment_by, _, account), months in self.revenue.entities.items():
            if segment_by != "all":
                continue
            for month, row in months.items():
                if month_end(month) > self.as_of:
                    continue
                if row.is_undetermined:
                    held[account].append(month_end(month))
                if is_more_than_prices(row):
                    purchases[account].append(Purchase(month_end(month), is_product=False, is_held=row.is_undetermined))
        linked = {other.id for contract in self.contracts.contracts.values() for other in contract.linked_from}
        for account, contracts in self.by_account.items():
            real = [contract for contract in contracts if contract.first_on <= contract.ends_on]  # signed before its own end
            for product in {contract.row.get("product") for contract in real}:
                alike = [contract for contract in real if contract.row.get("product") == product]
                first = min(alike, key=lambda each: (each.known_on, each.row["starts_on"], each.id))
                if first.id not in linked:
                    purchases[account].append(Purchase(first.known_on))
        return purchases, held

    def window(self, account: str, anchor: date) -> Window | None:
        """What is known of the account after the day; nothing where it was not active then."""
        key = account, anchor
        if key not in self._windows:
            self._windows[key] = self._look(account, anchor)
        return self._windows[key]

    def _look(self, account: str, anchor: date) -> Window | None:
        day = min(anchor, self.as_of)
        state = self.contracts.stock(self.contracts.entities.get(("all", "all", account), []), day).state
        if state == "inactive":
            return None
        last = anchor + self.length
        is_over, due = last <= self.as_of, tuple(self.due(account, anchor))
        outcomes = {
            "renewal": renewal_of(due),
            "purchase": self._purchase(account, anchor),
            "recommendation": self._recommendation(account, anchor),
        }
        if not is_over or state == "undetermined":
            outcomes = {
                name: Outcome("undetermined", outcome.is_so_far or outcome.state == "happened")
                for name, outcome in outcomes.items()
            }
        return Window(state, is_over, due, outcomes, self.contracts.attributes(account, day))

    def due(self, account: str, anchor: date) -> Iterator[Contract]:
        """Contracts in force on the anchor day that end in the window, and nobody knew on that day what renews them."""
        last = anchor + self.length
        for contract in self.by_account[account]:
            if not contract.is_ever_in_force or not contract.first_on <= anchor < contract.last_on or anchor > self.as_of:
                continue
            ends_in_window = contract.last_on <= min(last, self.as_of)
            # A cancellation or an early renewal of the next day would make it end on as-of, the last day of the window.
            may_end = contract.last_on > self.as_of == last
            is_known = any(other.known_on <= anchor for other in contract.renewed_by)
            if (ends_in_window or may_end) and not is_known and not self.contracts.has_successor(contract, anchor):
                yield contract

    def _purchase(self, account: str, anchor: date) -> Outcome:
        last = anchor + self.length
        bought = [each for each in self.purchases[account] if anchor < each.on <= last]
        if any(not each.is_held for each in bought):
            return Outcome("happened")
        if any(anchor < day <= last for day in self.held[account]):
            return Outcome("undetermined")
        return Outcome("not_happened")

    def _recommendation(self, account: str, anchor: date) -> Outcome:
        given = [each for each in self.recommended[account] if anchor < each.on <= anchor + self.length]
        if not given:
            return Outcome("not_at_risk")
        return Outcome("happened" if given[-1].row["score"] >= PROMOTER else "not_happened")


def is_more_than_prices(row: Month) -> bool:
    return row.movement == "expansion" and row.amount > row.price


def renewal_of(due: tuple[Contract, ...]) -> Outcome:
    """Every contract renewed; not decided while one is not."""
    if not due:
        return Outcome("not_at_risk")
    states = {contract.state for contract in due}
    if states <= {"renewed", "lost"}:
        return Outcome("not_happened" if "lost" in states else "happened")
    return Outcome("undetermined")
