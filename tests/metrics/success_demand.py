"""Support demand once more: who is in the installed base, how each account was heard from, and who needed help without asking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property

from contract_calendar import month_start
from contract_marts import MONTHLY_GRAINS
from success_oracle import SuccessOracle
from success_surveys import Answer
from vocabulary import Row, valid_row

KINDS = {
    "assisted": ("case_opened", "case_inbound"),
    "self_help_only": ("self_help_session", "community_post"),
    "other_only": ("survey_answer", "engagement"),
}
Place = tuple[str, date, date]  # grain, first and last day


class DemandOracle:
    """Judges the installed base of an oracle's rows, month by month, and what was heard of it in each period."""

    def __init__(self, oracle: SuccessOracle) -> None:
        self.oracle, self.contracts, self.as_of = oracle, oracle.contracts, oracle.as_of

    # Installed base

    @cached_property
    def base(self) -> dict[tuple[str, date], Row]:
        """By account and month."""
        accounts = self.contracts.account_rows
        found = ((account, month, self._base(account, month)) for account in accounts for month in self.oracle.months)
        return {(account, month): row for account, month, row in found if row is not None}

    def _base(self, account: str, month: date) -> Row | None:
        day = self.contracts.stock_on(month)
        row = valid_row(self.contracts.account_rows[account], day)
        if row is None or (row.get("created_on") is not None and row["created_on"] > day):
            return None
        stretches = self.contracts.entities.get(("all", "all", account), [])
        in_force = [stretch for stretch in stretches if stretch.coverage == "in_force"]
        state = self.oracle.state(account, month)
        base_state = "in_base"
        if state == "undetermined":
            base_state = "undetermined"
        elif state == "inactive" and any(stretch.first_on < day for stretch in in_force):
            base_state = "lost"
        is_covered = any(stretch.holds(day) and stretch.contract.row["is_support_entitled"] for stretch in in_force)
        return {
            "stock_on": day,
            "base_state": base_state,
            "is_in_base": {"in_base": True, "lost": False}.get(base_state),
            "is_covered": is_covered if base_state == "in_base" else None,
            **self.oracle.at(account, day),
        }

    # Demand

    @cached_property
    def places(self) -> list[Place]:
        grains = [grain for grain in self.oracle.policies.grains if grain in MONTHLY_GRAINS]
        return sorted({(grain, *self.oracle.calendar.period(month, grain)) for grain in grains for month in self.oracle.months})

    @cached_property
    def demand(self) -> dict[tuple[str, date, str | None], Row]:
        """By grain, first day of the period and account."""
        heard: dict[tuple[str, date], dict[str | None, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for (account, day, kind), contacts in self.oracle.contacts.items():
            for grain in {grain for grain, _, _ in self.places}:
                heard[grain, self.oracle.calendar.period(day, grain)[0]][account][kind] += contacts
        bases: dict[date, list[str]] = defaultdict(list)
        for (account, month), row in self.base.items():
            if row["base_state"] != "lost":
                bases[month].append(account)
        found = {}
        for place in self.places:
            month = month_start(min(place[2], self.as_of))
            contacts = heard[place[0], place[1]]
            for account in {*bases[month], *contacts}:
                found[place[0], place[1], account] = self._demand(month, account, contacts.get(account, Counter()))
        return found

    def _demand(self, month: date, account: str | None, contacts: Counter[str]) -> Row:
        stock_on = self.contracts.stock_on(month)
        base = self.base.get((account or "", month), {})
        state = "unknown" if account is None else base.get("base_state", "outside")
        state = "outside" if state == "lost" else state
        first = self.oracle.first_contact_on
        demand_class = None
        if state == "in_base" and first is not None and first <= stock_on:
            demand_class = next((name for name, kinds in KINDS.items() if any(contacts[kind] for kind in kinds)), "silent")
        return {
            "stock_on": stock_on,
            "base_state": state,
            "is_covered": base["is_covered"] if state == "in_base" else None,
            "demand_class": demand_class,
            "contacts": contacts.total(),
            "opened_cases": contacts["case_opened"],
            **self.oracle.at(account, stock_on),
        }

    # Need

    @cached_property
    def needs(self) -> list[Row]:
        """Per respondent who said whether help was needed: that, and whether support was contacted."""
        return list(self._needs())

    def _needs(self) -> Iterator[Row]:
        said: dict[tuple[str, str], Answer] = {
            (answer.row["response_id"], answer.question): answer
            for answer in self.oracle.answers
            if answer.row["survey_type"] == "relationship"
        }
        for (response_id, question), answer in said.items():
            if question == "needed_help":
                contacted = said.get((response_id, "contacted_support"))
                yield {
                    "response_id": response_id,
                    "on": answer.on,
                    "is_needed": answer.is_yes,
                    "is_contacted": contacted.is_yes if contacted else None,
                    **self.oracle.at(answer.account_id, answer.on),
                }
