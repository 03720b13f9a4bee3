"""First contact resolution once more, in plain Python straight from its definition: what the SQL models are compared with.

One class judges every case of the raw rows; nothing is shared with the models. Where two readings are
possible the literal one is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from vocabulary import (
    ANSWER,
    CHANGING,
    FURTHER,
    INITIAL,
    OF_AGENT,
    ORDER,
    Calendar,
    Case,
    Evidence,
    Policies,
    Position,
    Row,
    Seeds,
    Tables,
    answered,
    is_agent_interaction,
    valid_row,
)


class Oracle:
    """Judges every case of `tables`. `event_at`: per table its event timestamps, which set the default as-of."""

    def __init__(self, tables: Tables, seeds: Seeds, policies: Policies, event_at: dict[str, tuple[str, ...]]) -> None:
        self.tables, self.seeds, self.policies = tables, seeds, policies
        self.calendar = Calendar(policies.timezone)
        self.as_of = policies.as_of or max(
            self.calendar.day(row[column])
            for table, columns in event_at.items()
            for row in tables.get(table, [])
            for column in columns
            if row.get(column) is not None
        )
        self.agents = self._grouped("agents", "agent_id")
        self.accounts = self._grouped("accounts", "account_id")
        self.changes = self._grouped("case_field_changes", "case_id")
        self.cases = self._collect()
        for case in self.cases.values():
            self._judge(case)
        self._find_repeats()
        for case in self.cases.values():
            if case.dated_at is not None:
                case.segments = self.segments(case, case.dated_at, self._first_contact(case, case.dated_at))
            if case.is_counted and case.first_closed_at is not None:
                case.closing_segments = self.segments(case, case.first_closed_at, self._first_contact(case, case.first_closed_at))

    def _grouped(self, table: str, column: str) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables.get(table, []):
            groups[row[column]].append(row)
        return groups

    def is_present(self, at: datetime | None) -> bool:
        """Whether a stamp lies on or before as-of; what is later is treated as absent."""
        return at is not None and self.calendar.day(at) <= self.as_of

    def _agent(self, agent_id: str, at: datetime) -> Row | None:
        return valid_row(self.agents.get(agent_id, []), self.calendar.day(at))

    def is_qualified(self, agent_id: str, at: datetime) -> bool:
        row = self._agent(agent_id, at)
        return row is not None and row["is_qualified"]

    def qualifies(self, row: Row, delivery_model: str | None) -> bool:
        """Whether an agent interaction can be the initial one under the delivery model."""
        if not self.is_qualified(row["agent_id"], row["occurred_at"]):
            return False
        if row["kind"] == "live_conversation":
            return True
        if row["kind"] == "voicemail":
            return False
        kind = row.get("response_kind")
        return delivery_model == "front_line_triage" or (delivery_model == "electronic" and kind != "other")

    def _collect(self) -> dict[str, Case]:
        cases = {
            row["case_id"]: Case(row, self.calendar.day(row["opened_at"]))
            for row in self.tables["cases"]
            if self.is_present(row["opened_at"])
        }
        rows: dict[str, dict[str, list[Row]]] = {table: defaultdict(list) for table in ("interactions", "case_events")}
        for table, by_case in rows.items():
            for row in self.tables.get(table, []):
                if row["case_id"] in cases:
                    by_case[row["case_id"]].append(row)
        answers = self._answers()
        for case_id, case in cases.items():
            self._describe(case, rows["case_events"][case_id])
            present = [row for row in rows["interactions"][case_id] if self.is_present(row["occurred_at"])]
            present.sort(key=lambda row: (row["occurred_at"], row["interaction_id"]))
            case.interactions = [row for row in present if is_agent_interaction(row)]
            case.inbound = [
                row
                for row in present
                if row["direction"] == "inbound" and row["kind"] in ("live_conversation", "message", "voicemail")
            ]
            events = [row for row in rows["case_events"][case_id] if self.is_present(row["occurred_at"])]
            self._find_initial(case, events, answers.get(case_id, []))
        return cases

    def _answers(self) -> dict[str, list[Row]]:
        invited = {row["invitation_id"]: row.get("case_id") for row in self.tables.get("survey_invitations", [])}
        answers: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables.get("survey_responses", []):
            case_id = row.get("case_id") or invited.get(row.get("invitation_id"))
            is_asked = row["question"] == "issue_resolved" and row["survey_type"] == "post_case" and answered(row) is not None
            if case_id is not None and is_asked and self.is_present(row["responded_at"]):
                answers[case_id].append(row)
        return answers

    def _describe(self, case: Case, events: list[Row]) -> None:
        """Delivery model, exclusion and first closing."""
        row = case.row
        is_assisted, model = self.seeds.channels.get(row["channel"], (None, None))
        case.delivery_model = row.get("delivery_model") or model
        case.is_resolvable = self.seeds.case_types.get(row.get("case_type"), True)
        if is_assisted is None:
            case.exclusion = "unknown_channel"
        elif not is_assisted:
            case.exclusion = "not_assisted"
        elif row.get("exclusion_code") is not None:
            case.exclusion = row["exclusion_code"]
        elif row.get("duplicate_of_case_id") is not None:
            case.exclusion = "duplicate"
        closings = [e["occurred_at"] for e in events if e["event_type"] == "closed" and self.is_present(e["occurred_at"])]
        has_closing = any(event["event_type"] == "closed" for event in events)  # be it after as-of
        closed_at = row.get("closed_at") if self.is_present(row.get("closed_at")) and not has_closing else None
        case.first_closed_at = min(closings, default=closed_at)
        closed = [Position(at, ORDER["closed"], "") for at in closings or [at for at in (closed_at,) if at is not None]]
        reopened = [Position(e["occurred_at"], ORDER["reopened"], "") for e in events if e["event_type"] == "reopened"]
        case.is_closed = bool(closed) and max(closed) > max(
            (position for position in reopened if self.is_present(position.at)), default=Position(datetime.min, 0, "")
        )
        is_dated = row.get("closed_at") is not None or has_closing
        case.is_undated = row["status"] == "closed" and not is_dated

    def _find_initial(self, case: Case, events: list[Row], answers: list[Row]) -> None:
        """The initial interaction and the evidence after it: within settlement, and how much came later."""
        before = [row for row in case.interactions if self._can_be_first(case, row["occurred_at"])]
        case.initial = next((row for row in before if self.qualifies(row, case.delivery_model)), None)
        if case.initial is not None:
            before = [row for row in case.interactions if row["occurred_at"] < case.initial["occurred_at"]]
        case.is_qualification_known = all(self._agent(row["agent_id"], row["occurred_at"]) is not None for row in before)
        if case.initial is None:
            return
        first = Position(case.initial["occurred_at"], INITIAL, case.initial["interaction_id"])
        case.initial_on = self.calendar.day(first.at)
        found = [Evidence(Position(e["occurred_at"], ORDER[e["event_type"]], e["event_id"]), e["event_type"]) for e in events
                 if e["event_type"] in ORDER and e["event_type"] != "closed"]  # fmt: skip
        found += [Evidence(Position(row["responded_at"], ANSWER, row["response_id"]), answered(row) or "") for row in answers]
        found += [
            Evidence(Position(row["occurred_at"], FURTHER, row["interaction_id"]), "further_contact")
            for row in case.interactions
            if row is not case.initial
        ]
        after = sorted(evidence for evidence in found if evidence.position > first)
        settled = {e.position.id for e in after if self._days_after_initial(case, e.position.at) <= self.policies.settlement_days}
        case.further = [row for row in case.interactions if row is not case.initial and row["interaction_id"] in settled]
        for evidence in after:
            if self._days_after_initial(case, evidence.position.at) <= self.policies.settlement_days:
                case.evidence.append(evidence)
            else:
                case.late_evidence += 1

    def _can_be_first(self, case: Case, at: datetime) -> bool:
        """Up to the first closing; where that has no date, up to the settlement after the opening."""
        if case.is_undated:
            return (self.calendar.day(at) - case.opened_on).days <= self.policies.settlement_days
        return case.first_closed_at is None or at <= case.first_closed_at

    def _days_after_initial(self, case: Case, at: datetime) -> int:
        assert case.initial_on is not None
        return (self.calendar.day(at) - case.initial_on).days

    def _judge(self, case: Case) -> None:
        """Status, reason and the moment that dates the case: first match wins."""
        closed, initial = case.first_closed_at, case.initial
        if initial is not None:
            self._acknowledge(case)
        if case.exclusion is not None:
            self._decide(case, "excluded", case.exclusion, case.row["opened_at"])
        elif initial is None and closed is not None:
            before = [row for row in case.interactions if row["occurred_at"] <= closed]
            is_by_qualified = any(self.is_qualified(row["agent_id"], row["occurred_at"]) for row in before)
            if not before:
                self._decide(case, "excluded", "no_contact", closed)
            else:
                case.further = before[1:]
                self._decide(case, "not_resolved", "message_left" if is_by_qualified else "triage_only", closed)
        elif initial is None:
            if case.is_undated:
                self._decide(case, "excluded", "closed_undated", case.row["opened_at"])
            else:
                case.status = "awaiting_first_contact"
        else:
            self._decide(case, *self._outcome(case, initial), initial["occurred_at"])

    def _decide(self, case: Case, status: str, reason: str, at: datetime) -> None:
        case.status, case.reason, case.dated_at, case.dated_on = status, reason, at, self.calendar.day(at)

    def _acknowledge(self, case: Case) -> None:
        """The first acknowledgement; of the answers only the latest one holds."""
        last_answer = max((e for e in case.evidence if e.kind in ("yes", "no")), default=None)
        given = [e for e in case.evidence if e.kind in ("resolution_confirmed", "no_further_action")]
        if last_answer is not None and last_answer.kind == "yes":
            given.append(last_answer)
        case.acknowledgement = min(given, default=None)
        if case.acknowledgement is not None:
            case.acknowledged_on = self.calendar.day(case.acknowledgement.position.at)

    def _outcome(self, case: Case, initial: Row) -> tuple[str, str]:
        if initial["kind"] == "message" and initial.get("response_kind") == "information_request":
            case.deciding_id = initial["interaction_id"]
            return "not_resolved", "information_request"
        against = min(self._against(case), default=None)
        if against is not None:
            case.deciding_id = against.position.id
            return "not_resolved", {"no": "denied"}.get(against.kind, against.kind)
        if case.acknowledgement is not None:
            case.deciding_id = case.acknowledgement.position.id
            kind = case.acknowledgement.kind
            return "resolved", {"resolution_confirmed": "verified", "yes": "survey"}.get(kind, kind)
        if self._is_silent(case, initial):
            assert case.initial_on is not None
            case.acknowledged_on = case.initial_on + timedelta(days=self.policies.silence_days or 0)
            return "resolved", "silence"
        return "pending", "unverified"

    def _against(self, case: Case) -> Iterator[Evidence]:
        """Everything that makes a case with an initial interaction not resolved."""
        last_answer = max((e for e in case.evidence if e.kind in ("yes", "no")), default=None)
        follows_transfer: set[Evidence] = set()
        if not self.policies.transfer_counts_against:
            contacts = [e for e in case.evidence if e.kind == "further_contact"]
            for transfer in (e for e in case.evidence if e.kind == "transferred"):
                follows_transfer.update([e for e in contacts if e > transfer][:1])
        for evidence in case.evidence:
            is_before = case.acknowledgement is None or evidence.position < case.acknowledgement.position
            if evidence.kind == "transferred":
                if is_before and self.policies.transfer_counts_against:
                    yield evidence
            elif evidence.kind in ("escalated", "further_contact"):
                if is_before and evidence not in follows_transfer:
                    yield evidence
            elif evidence.kind == "reopened" or (evidence.kind == "no" and evidence == last_answer):
                yield evidence

    def _is_silent(self, case: Case, initial: Row) -> bool:
        days, closed = self.policies.silence_days, case.first_closed_at
        if days is None or closed is None or self._days_after_initial(case, closed) > self.policies.settlement_days:
            return False
        assert case.initial_on is not None
        is_heard = any(
            row is not initial
            and row["occurred_at"] >= initial["occurred_at"]
            and self._days_after_initial(case, row["occurred_at"]) <= days
            for row in case.inbound
        )
        return not is_heard and case.initial_on + timedelta(days=days) <= self.as_of

    def _find_repeats(self) -> None:
        counted = [case for case in self.cases.values() if case.is_counted]
        neighbours: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in counted:
            for column in ("contact_id", "account_id"):
                if case.row.get(column) is not None:
                    neighbours[column, case.row[column]].append(case)
        for case in counted:
            if not case.is_in_rate:
                continue
            case.no_repeat_state = case.status
            if case.status != "resolved":
                continue
            assert case.acknowledged_on is not None
            last = case.acknowledged_on + timedelta(days=self.policies.repeat_window_days)
            near = [other for column in ("contact_id", "account_id") for other in neighbours[column, case.row.get(column) or ""]]
            case.repeat_case_ids = sorted({other.row["case_id"] for other in near if self._repeats(other, case, last)})
            if case.repeat_case_ids:
                case.no_repeat_state = "repeated"
            elif last > self.as_of:
                case.no_repeat_state = "undetermined"

    def _repeats(self, other: Case, case: Case, last: date) -> bool:
        """Whether `other` is the same contact's (else the same account's) next case about the same product."""
        if other is case or other.row.get("product") != case.row.get("product"):
            return False
        contacts = case.row.get("contact_id"), other.row.get("contact_id")
        column = "account_id" if None in contacts else "contact_id"
        if case.row.get(column) is None or case.row.get(column) != other.row.get(column):
            return False
        assert case.initial is not None
        return other.row["opened_at"] > case.initial["occurred_at"] and other.opened_on <= last

    def _first_contact(self, case: Case, dated_at: datetime) -> Row | None:
        """The interaction whose agent a case is counted for: the initial one, else the first of an agent.

        A case dated by its opening may be met much later. What comes after the first closing, or more than the days of
        settlement after the dating day, is left out, or a later as-of would rewrite complete periods.
        """
        last = self.calendar.day(dated_at) + timedelta(days=self.policies.settlement_days)
        closed = case.first_closed_at
        settled = [row for row in case.interactions if self.calendar.day(row["occurred_at"]) <= last]
        settled = [row for row in settled if closed is None or row["occurred_at"] <= closed]
        return next((row for row in settled if row is case.initial), next(iter(settled), None))

    def field_at(self, case: Case, name: str, at: datetime) -> str | None:
        """A changing field at a moment, also by the old value of a change after as-of."""
        changes = [row for row in self.changes.get(case.row["case_id"], []) if row["field"] == name]
        changes.sort(key=lambda row: (row["occurred_at"], row["change_id"]))
        before = [row for row in changes if row["occurred_at"] <= at]
        if before:
            return before[-1].get("new_value")
        return changes[0].get("old_value") if changes else case.row.get(name)

    def segments(self, case: Case, at: datetime, interaction: Row | None) -> dict[str, str | None]:
        """Every attribute as it was at a moment; the agent is that of `interaction`."""
        day = self.calendar.day(at)
        agent = self._agent(interaction["agent_id"], at) if interaction else None
        account = valid_row(self.accounts.get(case.row.get("account_id") or "", []), day)
        return {
            **{name: self.field_at(case, name, at) for name in CHANGING},
            **{name: (agent or {}).get(name) for name in OF_AGENT},
            **{name: case.row.get(name) for name in ("channel", "case_type", "topic")},
            "delivery_model": case.delivery_model,
            "account_segment": (account or {}).get("segment"),
            "region": (account or {}).get("region"),
        }
