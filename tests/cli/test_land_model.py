"""Random sequences of landing, snapshots and withdrawals against a model in plain Python that replays what is in force."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from land_kit import check_ledger, query

from casemart.landing import land, unland
from casemart.workspace import Workspace

# account_id, valid_from (may be NULL), name
Row = tuple[str, str | None, str]
Key = tuple[str, str | None]


@dataclass(frozen=True)
class Load:
    number: int
    is_replace: bool
    rows: tuple[Row, ...]

    @property
    def by_key(self) -> dict[Key, set[Row]]:
        found: dict[Key, set[Row]] = {}
        for row in self.rows:
            found.setdefault(row[:2], set()).add(row)
        return found

    @property
    def sound(self) -> dict[Key, Row]:
        """What it says of each key; keys with several contents are refused."""
        return {key: next(iter(rows)) for key, rows in self.by_key.items() if len(rows) == 1}

    @property
    def refused(self) -> int:
        return sum(len(self.by_key[row[:2]]) > 1 for row in self.rows)


def replay(loads: list[Load]) -> tuple[dict[Key, tuple[Row, int]], dict[int, int]]:
    """Raw as the loads leave it, with the load that each row counts for, and how many rows each load landed."""
    raw: dict[Key, tuple[Row, int]] = {}
    landed = {load.number: 0 for load in loads}
    for load in loads:
        if load.is_replace:
            raw = {key: value for key, value in raw.items() if key in load.sound}
        for key, row in load.sound.items():
            if key not in raw or raw[key][0] != row:
                raw[key] = (row, load.number)
                landed[load.number] += 1
    return raw, landed


def write(file: Path, rows: tuple[Row, ...], step: int) -> Path:
    # A column that the table does not have makes each file another one, whatever its rows.
    lines = [f"{account},{valid_from or ''},{name},\n" for account, valid_from, name in rows]
    file.write_text(f"account_id,valid_from,account_name,{file.stem}_{step}\n" + "".join(lines))
    return file


@pytest.mark.parametrize("seed", range(3))
def test_random_sequences_follow_the_model(tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)
    loads: list[Load] = []
    for step in range(40):
        if loads and random_.random() < 0.4:
            unland(Workspace(tmp_path), loads.pop(random_.randrange(len(loads))).number)
        else:
            accounts, days, names = [f"a{number}" for number in range(6)], [None, "2026-01-01", "2026-02-01"], "xyz"
            rows = tuple(
                (random_.choice(accounts), random_.choice(days), random_.choice(names)) for _ in range(random_.randrange(12))
            )
            cut = random_.randrange(len(rows) + 1)
            files = [write(tmp_path / "accounts_1.csv", rows[:cut], step), write(tmp_path / "accounts_2.csv", rows[cut:], step)]
            is_replace = random_.random() < 0.25
            result = land(Workspace(tmp_path), files, replace=is_replace, max_rejects=1)
            loads.append(Load(result.load_id or 0, is_replace, rows))
            assert sum(file.quarantined for file in result.files) == loads[-1].refused
        raw, landed = replay(loads)
        found = query(tmp_path, "select account_id, valid_from::varchar, account_name, _load_id from raw.accounts")
        assert sorted(found, key=str) == sorted(((*row, number) for row, number in raw.values()), key=str), step
        counts = query(
            tmp_path, "select load_id, sum(landed)::int from landing.loads where withdrawn_at is null group by load_id"
        )
        assert dict(counts) == landed, step
        check_ledger(tmp_path)
