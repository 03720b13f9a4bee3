"""Onboarding, milestones, engagements and health once more, in plain Python straight from their definitions.

Every fact is a list of rows with the columns of its model. Cases are those of the oracle of first contact resolution,
contracts and recurring revenue those of theirs; nothing is shared with the models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from contract_calendar import DAY, months_between
from contract_judging import Judgement
from contract_oracle import Contract, ContractOracle
from oracle import Oracle
from success_surveys import Answer, account_contacts, counted_answers
from vocabulary import Policies, Row, Seeds, Tables, valid_row

COMPONENTS = ("adoption", "success", "retention", "recurring_revenue")
STAGES = ("adoption", "success")
EventAt = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class HealthVersion:
    """Weights and bands that hold from a day on."""

    number: int
    valid_from: date | None
    weights: dict[str, Decimal]
    bands: tuple[tuple[str, Decimal, Decimal], ...]  # name, lower bound (included), upper bound (excluded, the last includes it)

    def band(self, score: Fraction) -> str | None:
        top = max(upper for _, _, upper in self.bands)
        holding = (name for name, low, high in self.bands if low <= score < high or score == high == top)
        return next(holding, None)


class SuccessOracle:
    """Judges the customers of `tables`. `health`: the versions of the weights of the health score."""

    def __init__(self, tables: Tables, seeds: Seeds, health: list[HealthVersion], policies: Policies, event_at: EventAt) -> None:
        self.tables, self.policies, self.health_versions = tables, policies, health
        self.cases = Oracle(tables, seeds, policies, event_at)
        self.judgement = Judgement(ContractOracle(tables, policies, event_at))
        self.contracts = self.judgement.contracts
        self.calendar, self.as_of = self.cases.calendar, self.cases.as_of
        assert self.as_of == self.contracts.as_of
        self.answers: list[Answer] = counted_answers(self.cases)
        self.contacts = account_contacts(self.cases, self.answers)
        self.first_contact_on = min((day for _, day, _ in self.contacts), default=None)
        self.event_at = event_at

    def at(self, account: str | None, day: date) -> dict[str, str]:
        return self.contracts.attributes(account or "", day)

    def state(self, account: str, month: date) -> str:
        """active, undetermined or inactive on the month's stock day."""
        found = self.judgement.account_months.get(("all", "all", account), {}).get(month)
        return "inactive" if found is None else found.stock.state

    @cached_property
    def months(self) -> list[date]:
        """The months that stocks are taken of: from the first event or contract on."""
        days = [row["starts_on"] for row in self.tables["contracts"]]
        days += [
            self.calendar.day(row[column])
            for table, columns in self.event_at.items()
            for row in self.tables.get(table, [])
            for column in columns
            if row.get(column) is not None
        ]
        return list(months_between(min(days), self.as_of))

    @cached_property
    def milestones(self) -> dict[str, list[Row]]:
        """By account; a day after as-of on which one was reached is not known yet."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables.get("milestones", []):
            reached_on = row.get("reached_on")
            known = reached_on if reached_on is not None and reached_on <= self.as_of else None
            found[row["account_id"]].append({**row, "reached_on": known})
        return found

    @cached_property
    def first_contracts(self) -> dict[str, Contract]:
        """Per account the contract with the earliest covered day."""
        found: dict[str, Contract] = {}
        for contract in self.contracts.contracts.values():
            if contract.is_ever_in_force and contract.first_on <= self.as_of:
                other = found.get(contract.account)
                if other is None or rank(contract) < rank(other):
                    found[contract.account] = contract
        return found

    # Onboarding

    @cached_property
    def onboarding(self) -> list[Row]:
        if not any(row["stage"] == "onboarding" for rows in self.milestones.values() for row in rows):
            return []
        return [self._onboarding(account, contract) for account, contract in self.first_contracts.items()]

    def _onboarding(self, account: str, contract: Contract) -> Row:
        starts_on = contract.row["starts_on"]
        last = starts_on + timedelta(days=self.policies.onboarding_window_days)
        in_time = [
            row
            for row in self.milestones.get(account, [])
            if row["stage"] == "onboarding" and row["reached_on"] is not None and contract.known_on <= row["reached_on"] <= last
        ]
        guided = min((row["reached_on"] for row in in_time if row.get("has_formal_guidance") is True), default=None)
        state = "not_onboarded"
        if last > self.as_of:
            state = "undetermined"
        elif guided is not None:
            state = "onboarded"
        elif any(row.get("has_formal_guidance") is None for row in in_time):
            state = "guidance_unknown"
        is_open = state == "undetermined"
        return {
            "account_id": account,
            "contract_id": contract.id,
            "known_on": contract.known_on,
            "starts_on": starts_on,
            "first_covered_on": contract.first_on,
            "window_ends_on": last,
            "guided_on": guided,
            "onboarding_state": state,
            "is_onboarded": None if is_open else state == "onboarded",
            "is_onboarded_upper": None if is_open else state in ("onboarded", "guidance_unknown"),
            "is_onboarded_so_far": guided is not None if is_open else None,
            "days_to_guidance": (guided - starts_on).days if state == "onboarded" and guided is not None else None,
            **self.at(account, contract.first_on),
        }

    # Milestones

    @cached_property
    def due_milestones(self) -> list[Row]:
        return [row for account in self.milestones for row in self._due_milestones(account)]

    def _due_milestones(self, account: str) -> Iterator[Row]:
        for month in self.judgement.account_months.get(("all", "all", account), {}):
            state, stock_on = self.state(account, month), self.contracts.stock_on(month)
            for row in self.milestones[account] if state != "inactive" else ():
                due_on, reached_on = row.get("due_on"), row["reached_on"]
                if row["stage"] not in STAGES or (due_on is not None and due_on > stock_on):
                    continue
                is_reached = reached_on is not None and reached_on <= stock_on
                found = "undetermined" if state == "undetermined" else "unscheduled" if due_on is None else ""
                found = found or ("reached" if is_reached else "overdue")
                yield {
                    "milestone_id": row["milestone_id"],
                    "month_start": month,
                    "stock_on": stock_on,
                    "account_id": account,
                    "stage": row["stage"],
                    "product": row.get("product"),
                    "account_state": state,
                    "milestone_state": found,
                    "is_reached": is_reached if found in ("reached", "overdue") else None,
                    "days_late": (reached_on - due_on).days if found == "reached" else None,
                    **self.at(account, stock_on),
                }

    # Engagements

    @cached_property
    def engagements(self) -> list[Row]:
        return [*self._own_engagements(), *self._case_engagements()]

    def _own_engagements(self) -> Iterator[Row]:
        for row in self.tables.get("engagements", []):
            if self.cases.is_present(row["occurred_at"]):
                on = self.calendar.day(row["occurred_at"])
                agent = valid_row(self.cases.agents.get(row.get("agent_id") or "", []), on) or {}
                state = row.get("outcome") or "unknown"
                common = {"kind": row.get("kind"), "team": agent.get("team"), **self.at(row["account_id"], on)}
                yield engagement("engagement", row["engagement_id"], row["account_id"], row["occurred_at"], on, state, common)

    def _case_engagements(self) -> Iterator[Row]:
        answers: dict[str, list[Answer]] = defaultdict(list)
        for answer in self.answers:
            if answer.question == "overall_satisfaction" and answer.row["survey_type"] == "post_case" and answer.case_id:
                answers[answer.case_id].append(answer)
        for case_id, case in self.cases.cases.items():
            closed = case.first_closed_at
            if not case.is_counted or closed is None or not any(row["occurred_at"] <= closed for row in case.interactions):
                continue
            on = self.calendar.day(closed)
            last = on + timedelta(days=self.policies.survey_settlement_days)
            settled = [answer for answer in answers[case_id] if answer.on <= last]
            state = "undetermined" if last > self.as_of else "unknown"
            if settled and state == "unknown":
                state = max(settled, key=lambda each: each.order).experience
            account = case.row.get("account_id")
            common = {"kind": "support_case", "team": case.closing_segments["team"], **self.at(account, on)}
            yield engagement("case", case_id, account, closed, on, state, common)

    # Health

    @cached_property
    def due_by_account(self) -> dict[tuple[str, date, str], list[bool]]:
        """Whether each due milestone was reached, by account, month and stage."""
        found: dict[tuple[str, date, str], list[bool]] = defaultdict(list)
        for row in self.due_milestones:
            if row["is_reached"] is not None:
                found[row["account_id"], row["month_start"], row["stage"]].append(row["is_reached"])
        return found

    @cached_property
    def contact_days(self) -> dict[str, list[date]]:
        days: dict[str, set[date]] = defaultdict(set)
        for account, day, _ in self.contacts:
            if account is not None:
                days[account].add(day)
        return {account: sorted(found) for account, found in days.items()}

    @cached_property
    def health(self) -> list[Row]:
        return [
            self._health(key[2], month)
            for key, months in self.judgement.account_months.items()
            if key[0] == "all"
            for month in months
            if self.state(key[2], month) != "inactive"
        ]

    def _health(self, account: str, month: date) -> Row:
        stock = self.judgement.account_months["all", "all", account][month].stock
        stock_on, is_active = self.contracts.stock_on(month), stock.state == "active"
        row: Row = {"account_id": account, "month_start": month, "stock_on": stock_on, "account_state": stock.state}
        parts: dict[str, Fraction | None] = {}
        for stage in STAGES:
            due = self.due_by_account.get((account, month, stage), [])
            row[f"{stage}_due_milestones"], row[f"{stage}_reached_milestones"] = len(due), sum(due)
            parts[stage] = Fraction(sum(due), len(due)) if due else None
        row["is_committed"] = stock.is_committed
        parts["retention"] = None if stock.is_committed is None else Fraction(int(stock.is_committed))
        cohort = self.judgement.cohorts.get(("all", "all", account, month, 12))
        row["base_value"], row["value_now"] = (cohort.base, cohort.now) if cohort else (None, None)
        is_known = cohort is not None and is_active and not cohort.is_undetermined
        parts["recurring_revenue"] = (
            min(Fraction(1), Fraction(cohort.now) / Fraction(cohort.base)) if cohort and is_known else None
        )
        row["is_undetermined"] = not is_active or (cohort is not None and cohort.is_undetermined)
        row |= {f"{name}_component": part for name, part in parts.items()}
        return {**row, **self._score(stock_on, parts), **self._silence(account, stock_on), **self.at(account, stock_on)}

    def _score(self, stock_on: date, parts: dict[str, Fraction | None]) -> Row:
        holding = [each for each in self.health_versions if each.valid_from is None or each.valid_from <= stock_on]
        version = max(holding, key=lambda each: each.valid_from or date.min)
        known = {name: part for name, part in parts.items() if part is not None}
        weights = {name: Fraction(weight) for name, weight in version.weights.items()}
        weight, total = sum((weights[name] for name in known), Fraction(0)), sum(weights.values())
        coverage = weight / total
        score = sum((100 * weights[name] * part for name, part in known.items()), Fraction(0)) / weight if weight else None
        is_scored = score is not None and coverage >= Fraction(str(self.policies.health_min_weight_coverage))
        return {
            "weights_version": version.number,
            "weight_coverage": coverage,
            "score": score,
            "is_scored": is_scored,
            "band": version.band(score) if is_scored and score is not None else "insufficient_evidence",
        }

    def _silence(self, account: str, stock_on: date) -> Row:
        days = self.policies.health_silence_days
        heard = [day for day in self.contact_days.get(account, []) if stock_on - days * DAY < day <= stock_on]
        is_old = (stock_on - self.first_contracts[account].first_on).days >= days
        is_recorded = self.first_contact_on is not None and self.first_contact_on <= stock_on
        return {
            "last_contacted_on": max(heard, default=None),
            "is_silent": not heard if is_old and is_recorded else None,
        }


def rank(contract: Contract) -> tuple[date, date, str]:
    return contract.first_on, contract.row["starts_on"], contract.id


def engagement(source: str, key: str, account: str | None, at: object, on: date, state: str, more: Row) -> Row:
    is_open = state == "undetermined"
    is_positive = state == "positive"
    return {
        "engagement_source": source,
        "engagement_id": key,
        "account_id": account,
        "engaged_at": at,
        "engaged_on": on,
        "engagement_state": state,
        "is_positive": None if is_open else is_positive,
        "is_positive_known": None if state in ("undetermined", "unknown") else is_positive,
        "is_positive_upper": None if is_open else state in ("positive", "unknown"),
        **more,
    }
