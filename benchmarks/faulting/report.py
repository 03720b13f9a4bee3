"""The outcomes as a table, and as the document that stands in docs/."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from faulting.outcome import Outcome
from faulting.world import ROOT

DOCUMENT = ROOT / "docs" / "reliability.md"
TEMPLATE = Path(__file__).with_name("reliability.md")
HEAD = "| what was done | how | times | how it ended | as it should be |\n|---|---|---:|---|---:|"


def table(outcomes: list[Outcome]) -> str:
    """A row per fault."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.area, outcome.fault), []).append(outcome)
    lines = [HEAD]
    for (area, fault), group in groups.items():
        ends = Counter(outcome.ended for outcome in group)
        ended = "; ".join(f"{end} {count}" if len(ends) > 1 else end for end, count in ends.most_common())
        right = sum(not outcome.problems for outcome in group)
        lines.append(f"| {area} | {fault} | {len(group)} | {ended} | {right} |")
    right = sum(not outcome.problems for outcome in outcomes)
    return "\n".join([*lines, f"| **all** | | **{len(outcomes)}** | | **{right}** |"])


def problems(outcomes: list[Outcome]) -> str:
    """What was not as it should be, one line each."""
    lines = [
        f"- {outcome.area}, {outcome.fault}, {outcome.point}: {_line(problem)}"
        for outcome in outcomes
        for problem in outcome.problems
    ]
    return "\n".join(lines) or "Nothing was otherwise than it should be."


def _line(problem: str) -> str:
    """Its first line, without the folders of this run."""
    return re.sub(r"\S*/copy-\d+/home", "~", problem.strip().partition("\n")[0]).rstrip(": ")


def document(outcomes: list[Outcome], seed: int) -> str:
    """The whole document."""
    kills = sum(" killed" in outcome.area for outcome in outcomes)
    facts = {
        "seed": seed,
        "faults": len(outcomes),
        "kills": kills,
        "queries": f"{sum(outcome.queries for outcome in outcomes):,}",
        "table": table(outcomes),
        "problems": problems(outcomes),
    }
    return TEMPLATE.read_text(encoding="utf-8").format(**facts)
