"""What must hold on any input: the order of rows, noise, the machine's zone and a later as-of change nothing that was settled."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from builds import NEW_YORK_AS_OF, Judged
from harness import Difference, compare, report
from vocabulary import RATES, Row

KEY = ("period_grain", "period_start", "period_end", "segment_by", "segment")
# Noise adds excluded cases, so these columns and rows alone may differ.
OF_EXCLUSIONS = {"excluded", "cases"}


def keyed(rows: list[Row], *more: str) -> dict[tuple[object, ...], Row]:
    found = {tuple(row[name] for name in (*KEY, *more)): row for row in rows}
    assert len(found) == len(rows)
    return found


def is_noise(row: Row) -> bool:
    return any(str(value).startswith("noise-") for name, value in row.items() if name.endswith("_id"))


def test_order_noise_and_zone_of_the_machine_change_no_fact(utc: Judged, utc_disturbed: Judged) -> None:
    for relation in utc.build.relations("facts"):
        if relation.startswith("facts.leaf_"):
            continue  # leaves count excluded cases, see the marts
        before = Counter(map(repr, utc.build.rows(relation)))
        after = Counter(repr(row) for row in utc_disturbed.build.rows(relation) if not is_noise(row))
        assert before == after, (relation, *list((before - after) | (after - before))[:2])


def test_order_noise_and_zone_of_the_machine_change_no_mart(utc: Judged, utc_disturbed: Judged) -> None:
    before, after = (keyed(each.build.rows("marts.first_contact_resolution")) for each in (utc, utc_disturbed))
    assert before.keys() <= after.keys()
    for key, row in after.items():
        if key not in before:
            assert all(row[metric] is None for metric in RATES), key
        else:
            assert {n: v for n, v in row.items() if n not in OF_EXCLUSIONS} == {
                n: v for n, v in before[key].items() if n not in OF_EXCLUSIONS
            }
    values = [
        {repr(row) for row in each.build.rows("marts.metric_values") if row["value"] is not None} for each in (utc, utc_disturbed)
    ]
    assert values[0] == values[1]
    assert sum(row["excluded"] for row in after.values()) > sum(row["excluded"] for row in before.values())


def test_oracle_agrees_on_disturbed_rows(utc_disturbed: Judged) -> None:
    differences = compare(utc_disturbed.oracle, utc_disturbed.build)
    assert not differences, report(differences, utc_disturbed.tables)


def test_later_as_of_changes_no_complete_period(new_york: Judged, new_york_later: Judged) -> None:
    settled = NEW_YORK_AS_OF - timedelta(days=new_york.oracle.policies.settlement_days)
    changed: list[Difference] = []
    for relation, more in (("first_contact_resolution", ()), ("metric_values", ("metric",))):
        before, after = (keyed(each.build.rows(f"marts.{relation}"), *more) for each in (new_york, new_york_later))
        complete = [key for key, row in before.items() if row["is_complete"]]
        assert len(complete) > 100
        pairs = [(key, before[key], after.get(key)) for key in complete]
        changed += [Difference(relation, key, *pair) for key, *pair in pairs if pair[0] != pair[1]]
        new = [key for key in after.keys() - before.keys() if after[key]["period_end"] <= settled]
        changed += [Difference(f"new row in {relation}", key, None, after[key]) for key in new]
    assert not changed, "\n".join(map(str, changed[:5]))


def test_oracle_agrees_at_the_later_as_of(new_york_later: Judged) -> None:
    differences = compare(new_york_later.oracle, new_york_later.build)
    assert not differences, report(differences, new_york_later.tables)
