"""Contracts once more, in plain Python straight from their definition: renewals, coverage, states of accounts.

Nothing is shared with the models. A day that does not end is `FOREVER`; a missing attribute is `(none)`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from contract_calendar import DAY, add_months, month_end, month_start, months_between
from vocabulary import NONE, Calendar, Policies, Row, Tables, valid_row

FOREVER = date.max
ATTRIBUTES = {"account_segment": "segment", "region": "region", "industry": "industry", "size_band": "size_band"}
PARTS = ("product", "contract_type")
Attributes = dict[str, str]


def derived_as_of(tables: Tables, calendar: Calendar, event_at: dict[str, tuple[str, ...]]) -> date:
    """The latest local day among the events of the raw tables."""
    stamps = (row.get(column) for table, columns in event_at.items() for row in tables.get(table, []) for column in columns)
    return max(calendar.day(at) for at in stamps if at is not None)


def segment_name(value: str | None) -> str:
    return NONE if value is None else value


@dataclass(eq=False)
class Contract:
    """A contract that is known at as-of, and what becomes of it."""

    row: Row
    known_on: date
    cancelled_on: date | None  # absent when later than as-of
    first_on: date
    own_last_on: date  # by its own dates
    latest_renewal_on: date
    linked_from: list[Contract] = field(default_factory=list)  # known contracts that say that they renew this one
    renewed_by: list[Contract] = field(default_factory=list)
    is_inferred: bool = False
    last_on: date = FOREVER
    state: str = ""
    number: int = 1

    @property
    def id(self) -> str:
        return str(self.row["contract_id"])

    @property
    def account(self) -> str:
        return str(self.row["account_id"])

    @property
    def ends_on(self) -> date:
        return self.row.get("ends_on") or FOREVER

    @property
    def is_ever_in_force(self) -> bool:
        return self.first_on <= self.own_last_on

    @property
    def is_due(self) -> bool:
        return self.state in ("renewed", "lost", "undetermined")

    @property
    def is_determined(self) -> bool:
        return self.state in ("renewed", "lost")

    @property
    def renewed_on(self) -> date | None:
        return min((other.first_on for other in self.renewed_by), default=None)

    @property
    def is_late(self) -> bool:
        return self.renewed_on is not None and self.renewed_on > self.last_on + DAY

    def part(self, name: str) -> str:
        return segment_name(self.row.get(name))

    def is_of_kind(self, other: Contract) -> bool:
        return self.account == other.account and self.row.get("product") == other.row.get("product")

    def can_take_part(self, day: date) -> bool:
        """Whether, by what is known on `day`, the contract is or will ever be in force."""
        if self.cancelled_on is not None and self.cancelled_on <= day:
            return self.is_ever_in_force
        return self.first_on <= self.ends_on


@dataclass(frozen=True)
class Stretch:
    """Days `first_on` to `last_on` on which a contract covers, or on which its renewal came or may come late."""

    contract: Contract
    coverage: str  # in_force, late_renewal_gap, awaiting_renewal
    first_on: date
    last_on: date

    def holds(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass
class StockDay:
    """An account, or an account and value of a part, on a month's stock day."""

    state: str  # active, undetermined, inactive
    in_force: int
    committed: int

    @property
    def is_committed(self) -> bool | None:
        return 0 < self.in_force == self.committed if self.state == "active" else None


class ContractOracle:
    """Judges every contract of `tables`, then every entity: an account, or an account and a product or contract type."""

    def __init__(self, tables: Tables, policies: Policies, event_at: dict[str, tuple[str, ...]]) -> None:
        self.tables, self.policies, self.calendar = tables, policies, Calendar(policies.timezone)
        self.as_of = policies.as_of or derived_as_of(tables, self.calendar, event_at)
        self.grace = timedelta(days=policies.renewal_grace_days)
        self.account_rows: dict[str, list[Row]] = defaultdict(list)
        for row in tables.get("accounts", []):
            self.account_rows[row["account_id"]].append(row)
        self._attributes: dict[tuple[str, date], Attributes] = {}
        self.contracts = {contract.id: contract for contract in map(self._known, tables["contracts"]) if contract is not None}
        self._link()
        self.alike: dict[tuple[str, str | None], list[Contract]] = defaultdict(list)
        for contract in sorted(self.contracts.values(), key=lambda each: (each.first_on, each.id)):
            self.alike[contract.account, contract.row.get("product")].append(contract)
        for contract in self.contracts.values():
            self._judge(contract)
        self._number()
        self.stretches = [stretch for contract in self.contracts.values() for stretch in self.coverage(contract)]
        self.entities: dict[tuple[str, str, str], list[Stretch]] = defaultdict(list)
        for stretch in self.stretches:
            self.entities["all", "all", stretch.contract.account].append(stretch)
            for part in PARTS:
                self.entities[part, stretch.contract.part(part), stretch.contract.account].append(stretch)

    def attributes(self, account: str, day: date) -> Attributes:
        found = self._attributes.get((account, day))
        if found is None:
            row = valid_row(self.account_rows.get(account, []), day) or {}
            found = {name: segment_name(row.get(column)) for name, column in ATTRIBUTES.items()}
            self._attributes[account, day] = found
        return found

    # Contracts

    def _known(self, row: Row) -> Contract | None:
        known_on = row.get("signed_on") or row["starts_on"]
        if known_on > self.as_of:
            return None
        ends_on, cancelled_on = row.get("ends_on"), row.get("cancelled_on")
        if cancelled_on is not None and cancelled_on > self.as_of:
            cancelled_on = None
        lasts = [*([ends_on] if ends_on else []), *([cancelled_on - DAY] if cancelled_on else [])]
        own_last_on = min(lasts, default=FOREVER)
        latest = FOREVER if own_last_on == FOREVER else own_last_on + DAY + self.grace
        if cancelled_on is not None:
            latest = min(latest, cancelled_on)
        return Contract(row, known_on, cancelled_on, max(row["starts_on"], known_on), own_last_on, latest)

    def _link(self) -> None:
        pairs = {(row["contract_id"], row.get("renews_contract_id")) for row in self.tables["contracts"]}
        pairs |= {(row["contract_id"], row["renewed_contract_id"]) for row in self.tables.get("contract_renewals", [])}
        for renewing_id, renewed_id in sorted(pair for pair in pairs if pair[1] is not None):
            if renewing_id in self.contracts and renewed_id in self.contracts:
                self.contracts[renewed_id].linked_from.append(self.contracts[renewing_id])

    def is_renewal(self, other: Contract, contract: Contract) -> bool:
        """Whether `other` started in the time in which it can renew `contract`."""
        is_in_time = contract.first_on < other.first_on <= min(contract.latest_renewal_on, self.as_of)
        return other.is_ever_in_force and is_in_time

    def candidate(self, contract: Contract) -> Contract | None:
        """The first contract of the account and product to start after the own last covered day."""
        later = self.alike[contract.account, contract.row.get("product")]
        return next((other for other in later if other.first_on > contract.own_last_on and other.is_ever_in_force), None)

    def _judge(self, contract: Contract) -> None:
        if not contract.is_ever_in_force:
            contract.state = "never_in_force"
            return
        inferred = self.candidate(contract)
        if inferred is not None and not self.is_renewal(inferred, contract):
            inferred = None
        # A link counts as it stood when the inferred renewal began: what is learnt later must not rewrite the past.
        if inferred is not None and any(
            link.known_on <= inferred.first_on and link.can_take_part(inferred.first_on) for link in contract.linked_from
        ):
            inferred = None
        if inferred is not None:
            contract.renewed_by, contract.is_inferred = [inferred], True
        else:
            contract.renewed_by = [link for link in contract.linked_from if self.is_renewal(link, contract)]
        contract.last_on = contract.own_last_on
        if contract.renewed_on is not None:
            contract.last_on = min(contract.last_on, contract.renewed_on - DAY)
            contract.state = "renewed"
        elif contract.first_on > self.as_of:
            contract.state = "not_started"
        elif contract.last_on > self.as_of:
            contract.state = "in_force"
        else:
            contract.state = "lost" if contract.latest_renewal_on <= self.as_of else "undetermined"

    def _number(self) -> None:
        """Counts the longest chain of renewals up to each contract; a renewing contract starts after the renewed one."""
        for contract in sorted(self.contracts.values(), key=lambda each: each.first_on):
            for other in contract.renewed_by:
                other.number = max(other.number, contract.number + 1)

    def coverage(self, contract: Contract) -> Iterator[Stretch]:
        if not contract.is_ever_in_force:
            return
        yield Stretch(contract, "in_force", contract.first_on, contract.last_on)
        if contract.is_late:
            assert contract.renewed_on is not None
            yield Stretch(contract, "late_renewal_gap", contract.last_on + DAY, contract.renewed_on - DAY)
        if contract.state == "undetermined" and contract.last_on < self.as_of:
            yield Stretch(contract, "awaiting_renewal", contract.last_on + DAY, self.as_of)

    def entitled_periods(self) -> dict[str, list[tuple[date, date]]]:
        """Per account the disjoint runs of days under a contract in force that entitles to support."""
        by_account: dict[str, list[Stretch]] = defaultdict(list)
        for stretch in self.stretches:
            if stretch.coverage == "in_force" and stretch.contract.row["is_support_entitled"]:
                by_account[stretch.contract.account].append(stretch)
        return {account: runs(stretches) for account, stretches in by_account.items()}

    # Entities on stock days

    def stock_on(self, month: date) -> date:
        return min(month_end(month), self.as_of)

    def months(self, stretches: Iterable[Stretch]) -> list[date]:
        """From the first covered month to the month after the last, up to as-of's; the days that await a renewal included."""
        stretches = list(stretches)
        first = min(stretch.first_on for stretch in stretches)
        last = min(max(stretch.last_on for stretch in stretches), self.as_of)
        return [month for month in months_between(first, add_months(month_start(last), 1)) if month <= self.as_of]

    def stock(self, stretches: Iterable[Stretch], day: date) -> StockDay:
        kinds: dict[str, list[Contract]] = defaultdict(list)
        for stretch in stretches:
            if stretch.holds(day):
                kinds[stretch.coverage].append(stretch.contract)
        state = "inactive"
        if kinds["in_force"] or kinds["late_renewal_gap"]:
            state = "active"
        elif kinds["awaiting_renewal"]:
            state = "undetermined"
        return StockDay(state, len(kinds["in_force"]), sum(self.is_committed(each, day) for each in kinds["in_force"]))

    def is_committed(self, contract: Contract, day: date) -> bool:
        """Whether a contract in force is sure to go on, by what is known on `day`."""
        committed_on = contract.row.get("renewal_committed_on")
        is_stated = committed_on is not None and committed_on <= day
        return is_stated or contract.ends_on == FOREVER or self.has_successor(contract, day)

    def has_successor(self, contract: Contract, day: date) -> bool:
        """Whether, by what is known on `day`, another contract goes on where this one ends."""
        links = [link for link in contract.linked_from if link.known_on <= day and link.can_take_part(day)]
        alike = self.alike[contract.account, contract.row.get("product")]
        successors = links or [
            other
            for other in alike
            if other.known_on <= day and other.can_take_part(day) and other.first_on > contract.ends_on and other is not contract
        ]
        latest = FOREVER if contract.ends_on == FOREVER else contract.ends_on + DAY + self.grace
        return any(
            contract.first_on < other.first_on <= latest and (other.cancelled_on is None or other.cancelled_on > day)
            for other in successors
        )


def runs(stretches: Iterable[Stretch]) -> list[tuple[date, date]]:
    """The unbroken runs of days: stretches that overlap or touch are one."""
    merged: list[tuple[date, date]] = []
    for stretch in sorted(stretches, key=lambda each: each.first_on):
        if merged and (merged[-1][1] == FOREVER or stretch.first_on <= merged[-1][1] + DAY):
            merged[-1] = (merged[-1][0], max(merged[-1][1], stretch.last_on))
        else:
            merged.append((stretch.first_on, stretch.last_on))
    return merged
