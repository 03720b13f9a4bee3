"""How often generated attempts and handled contacts lie on, just before and just after each edge of their definitions, and how
often each situation comes up: counted from what is there, not from what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from contacts_oracle import Attempt, Contact, ContactsOracle
from deflection_boundaries import days, seconds
from worlds import SIDES

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
Hit = tuple[str, int]


def moments(at: datetime, edge: datetime) -> Iterator[int]:
    """Within a second of the edge: before, at or after it."""
    if abs(at - edge) <= SECOND:
        yield (at > edge) - (at < edge)


class ContactBoundaries:
    """Counts attempts and contacts per edge and side."""

    def __init__(self, oracle: ContactsOracle) -> None:
        self.oracle, self.calendar = oracle, oracle.calendar
        self.end = self.calendar.utc(oracle.as_of + DAY)

    def count(self) -> Counter[Hit]:
        hits: Counter[Hit] = Counter()
        for table, columns in (
            ("contact_attempts", ("offered_at", "answered_at", "abandoned_at")),
            ("interactions", ("occurred_at", "ended_at")),
        ):
            for row in self.oracle.tables[table]:
                for column in columns:
                    if row.get(column) is not None:
                        hits.update((f"as-of: {column}", side) for side in seconds(row[column], self.end))
        for attempt in self.oracle.attempts:
            hits.update(set(self._of_attempt(attempt)))
        for contact in self.oracle.contacts:
            hits.update(set(self._of_contact(contact)))
        return hits

    def _of_attempt(self, attempt: Attempt) -> Iterator[Hit]:
        row, threshold = attempt.row, attempt.threshold
        at = row["offered_at"]
        if attempt.ended_at is not None and threshold is not None:
            for name, wait in (("threshold", threshold.seconds), ("short abandon", threshold.short)):
                if name == "threshold" or not attempt.is_answered:
                    edge = at + timedelta(seconds=wait)
                    yield from ((f"{attempt.state}: {name}", side) for side in moments(attempt.ended_at, edge))
        last = attempt.on + timedelta(days=self.oracle.policies.contact_settlement_days)
        if attempt.state in ("waiting", "no_outcome"):
            yield from (("settlement: as-of", side) for side in days(last, self.oracle.as_of))
        ends = {name: row[name] for name in ("answered_at", "abandoned_at") if row.get(name) is not None}
        for name, ended_at in ends.items():
            yield from ((f"offer: {name}", side) for side in moments(ended_at, at))
            yield from ((f"end of settlement: {name}", side) for side in seconds(ended_at, self.calendar.utc(last + DAY)))
        if len(ends) == 2 and attempt.is_ended:
            yield from (("abandoned: answered", side) for side in moments(ends["abandoned_at"], ends["answered_at"]))
        for each in self.oracle.thresholds:
            for day in (each.valid_from, each.valid_to):
                if day is not None and each.channel == row["channel"] and each.queue in (None, row.get("queue")):
                    yield from (("change of a threshold: offer", side) for side in seconds(at, self.calendar.utc(day)))
        yield from self._periods("offer", at)

    def _of_contact(self, contact: Contact) -> Iterator[Hit]:
        row, at = contact.row, contact.row["occurred_at"]
        case = self.oracle.cases.cases[row["case_id"]]
        if row.get("ended_at") is not None and row.get("talk_seconds") is None:
            yield from (("begin: end", side) for side in moments(row["ended_at"], at))
        first = self.calendar.utc(case.opened_on)
        yield from (("day of the opening: contact", side) for side in seconds(at, first))
        yield from (("opening: contact", side) for side in seconds(at, case.row["opened_at"]))
        for change in self.oracle.cases.changes.get(row["case_id"], []):
            yield from ((f"change of {change['field']}: contact", side) for side in seconds(change["occurred_at"], at))
        for whose, rows in (
            ("agent's", self.oracle.cases.agents.get(row["agent_id"], [])),
            ("account's", self.oracle.cases.accounts.get(case.row.get("account_id") or "", [])),
        ):
            for day in {each[name] for each in rows for name in ("valid_from", "valid_to") if each.get(name)}:
                yield from ((f"{whose} rows: contact", side) for side in seconds(at, self.calendar.utc(day)))
        yield from self._periods("contact", at)

    def _periods(self, what: str, at: datetime) -> Iterator[Hit]:
        for grain in ("week", "month"):
            start = self.calendar.period(self.calendar.day(at + SECOND), grain)[0]
            yield from ((f"edge of a {grain}: {what}", side) for side in seconds(at, self.calendar.utc(start)))


def expected_edges(*, is_as_of_derived: bool) -> dict[str, tuple[int, ...]]:
    """Every edge that a build's data must lie on, with the sides that can exist."""
    names = [
        "answered: threshold",
        "abandoned: threshold",
        "abandoned: short abandon",
        "settlement: as-of",
        "abandoned: answered",
    ]
    names += [f"{what}: {name}" for what in ("offer", "end of settlement") for name in ("answered_at", "abandoned_at")]
    names += ["begin: end", "day of the opening: contact", "opening: contact", "agent's rows: contact", "account's rows: contact"]
    names += [f"change of {name}: contact" for name in ("product", "queue", "priority")]
    names += [f"edge of a {grain}: {what}" for grain in ("week", "month") for what in ("offer", "contact")]
    edges = dict.fromkeys(names, SIDES)
    dated = ("offered_at", "occurred_at")  # these set an as-of that is derived, so that none is later
    edges |= {f"as-of: {name}": (-1,) if is_as_of_derived else SIDES for name in dated}
    edges |= dict.fromkeys(("as-of: answered_at", "as-of: abandoned_at", "as-of: ended_at"), SIDES)
    return edges if is_as_of_derived else edges | {"change of a threshold: offer": SIDES}


def situations(oracle: ContactsOracle) -> Counter[str]:
    """States, and what a contact's time can be made of."""
    found = Counter(f"attempt {attempt.state}{' late' if attempt.is_late else ''}" for attempt in oracle.attempts)
    for attempt in oracle.attempts:
        if attempt.is_ended and attempt.threshold is None:
            found[f"{attempt.state} without threshold"] += 1
    for contact in oracle.contacts:
        found["contact running" if contact.is_running else f"contact {contact.state}"] += 1
        if contact.seconds is not None:
            found[f"{contact.state}, {'partial' if contact.is_partial else 'whole'}"] += 1
        if contact.row.get("response_kind") == "acknowledgement":
            found["acknowledgement"] += 1
        if contact.on > oracle.calendar.day(contact.row["occurred_at"]):
            found["contact before its case"] += 1
    return found


SITUATIONS = (
    *(f"attempt {state}" for state in ("answered", "abandoned", "waiting", "no_outcome", "no_outcome late", "invalid")),
    *("answered without threshold", "abandoned without threshold", "acknowledgement", "contact before its case"),
    *("contact measured", "contact derived", "contact missing", "contact running"),
    *("measured, partial", "measured, whole", "derived, partial", "derived, whole"),
)
