"""Lands a large file of interactions, 2 % of its rows damaged, and checks that every record is accounted for.

    python benchmarks/landing.py [--rows 2000000]

The file is the same on every run. CPU seconds are those of `casemart land`, its start included, its children too.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

HEADER = (
    "interaction_id,case_id,occurred_at,ended_at,channel,direction,kind,agent_id,response_kind,article_id,"
    "talk_seconds,hold_seconds,wrap_seconds"
)
DAMAGED_SHARE = 0.02


@dataclass(frozen=True)
class Damage:
    """What is done to a row, and what becomes of the records that it makes."""

    apply: Callable[[list[str]], str]
    landed: int = 0
    quarantined: int = 0
    duplicates: int = 0


def put(column: int, value: str) -> Callable[[list[str]], str]:
    return lambda fields: ",".join([*fields[:column], value, *fields[column + 1 :]]) + "\n"


def twice(fields: list[str]) -> str:
    return 2 * (",".join(fields) + "\n")


def contradicted(fields: list[str]) -> str:
    return ",".join(fields) + "\n" + put(4, "fax")(fields)


DAMAGES = [
    Damage(put(0, ""), quarantined=1),
    Damage(put(1, "   "), quarantined=1),
    Damage(put(2, "05/01/2026 11:00"), quarantined=1),
    Damage(put(2, "2026-02-30T10:00:00Z"), quarantined=1),
    Damage(put(3, "2019-01-01T00:00:00Z"), quarantined=1),
    Damage(put(5, "sideways"), quarantined=1),
    Damage(put(10, "4.5"), quarantined=1),
    Damage(put(11, "-1"), quarantined=1),
    Damage(put(12, "n/a"), quarantined=1),
    Damage(put(9, "one,more"), quarantined=1),
    Damage(put(9, 'a 5" screen'), quarantined=1),
    Damage(put(9, '"never closed'), quarantined=1),
    Damage(contradicted, quarantined=2),
    Damage(twice, landed=1, duplicates=1),
    Damage(put(5, " INBOUND "), landed=1),
    Damage(put(9, '"quoted, with\na line break and ""quotes"""'), landed=1),
    Damage(lambda fields: put(2, fields[2].replace("T", " ").replace("Z", "+00:00"))(fields), landed=1),
]


def lines(rows: int, expected: Counter[str]) -> Iterator[str]:
    """The records; `expected` counts what is to become of them."""
    random_ = random.Random(20260105)
    start = datetime(2020, 1, 1)
    for number in range(rows):
        occurred = start + timedelta(seconds=97 * number)
        fields = [
            f"INT-{number:08d}",
            f"CASE-{number // 3:07d}",
            f"{occurred.isoformat()}Z",
            f"{(occurred + timedelta(seconds=number % 900)).isoformat()}Z" if number % 3 else "",
            ("phone", "email", "chat", "web")[number % 4],
            ("inbound", "outbound", "outbound")[number % 3],
            ("message", "live_conversation", "message", "voicemail")[number % 4],
            f"agent-{number % 487:04d}",
            ("", "recommended_answer", "information_request")[number % 3],
            f"ART-{number % 2999:05d}" if number % 5 == 0 else "",
            str(number % 900),
            str(number % 60),
            "",
        ]
        if random_.random() >= DAMAGED_SHARE:
            expected["landed"] += 1
            yield ",".join(fields) + "\n"
            continue
        damage = random_.choice(DAMAGES)
        for name in ("landed", "quarantined", "duplicates"):
            expected[name] += getattr(damage, name)
        yield damage.apply(fields)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="casemart-benchmark-") as name:
        folder = Path(name)
        expected: Counter[str] = Counter()
        with (folder / "interactions.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(HEADER + "\n")
            file.writelines(lines(rows, expected))
        megabytes = (folder / "interactions.csv").stat().st_size / 1e6
        command = [str(Path(sys.executable).with_name("casemart")), "-C", name, "land", "interactions.csv", "--max-rejects", "5%"]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        with duckdb.connect(str(folder / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
            query = "select landed, quarantined, duplicates, records from landing.loads"
            [(landed, quarantined, duplicates, records)] = connection.execute(query).fetchall()
            [(in_raw, in_quarantine)] = connection.execute(
                "select (select count(*) from raw.interactions), (select count(*) from quarantine.rows)"
            ).fetchall()
    print(f"{records:,} records, {megabytes:,.0f} MB: {landed:,} landed, {quarantined:,} quarantined, {duplicates:,} duplicates")
    print(f"{wall:.1f} s wall, {cpu:.1f} s CPU")
    found = {"landed": landed, "quarantined": quarantined, "duplicates": duplicates}
    is_reconciled = (
        found == dict(expected) and sum(found.values()) == records and (in_raw, in_quarantine) == (landed, quarantined)
    )
    print(
        "reconciled"
        if is_reconciled
        else f"NOT reconciled: expected {dict(expected)}, {in_raw:,} in raw, {in_quarantine:,} in quarantine"
    )
    return 0 if is_reconciled else 1


if __name__ == "__main__":
    sys.exit(main())
