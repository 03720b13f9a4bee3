"""Changes the models one small fault at a time, and counts the faults that their tests notice.

    python benchmarks/mutants.py [--models fct_cases,dim_agents] [--limit 50] [--seed 1]

Builds demo data in a temporary folder, and runs every mutant of a model's compiled SQL directly on DuckDB: first on the
rows of the model's dbt unit tests, then, if none of them fails, in the place of the model, with every model and data test
that depends on it. What this harness says of the unchanged models must agree with dbt: all tests pass.

    invalid     does not bind, or breaks the contract's columns and types: nobody could have built it
    survived    no test fails; `same rows`: the model's rows on the demo data are the same, too
                `not tried in …`: that unit test's variables write the model's SQL without such a place
    elsewhere   of these, the same fault was killed in another model that the same macro writes

A test that ends in an error, or not within 30 seconds, has failed. Seconds are wall time.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from mutation.changes import TreePath, mutations_of, node_at, text_of
from mutation.checks import Database, Project, failing_data_test

LAYERS = ("dimensions", "facts", "marts")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Fault:
    """One mutant as people read it: the text before and after, with what stands around it."""

    kind: str
    before: str
    after: str


@dataclass
class Tally:
    """What became of the mutants of one model; survivors with the place in the model and what the demo data show."""

    model: str
    unit_tests: int = 0
    mutants: int = 0
    invalid: int = 0
    killed_by_unit_tests: list[Fault] = field(default_factory=list)
    killed_by_data_tests: list[Fault] = field(default_factory=list)
    survivors: list[tuple[Fault, str]] = field(default_factory=list)
    seconds: float = 0.0


def common(one: str, other: str) -> int:
    """Length of what both texts begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def fault(kind: str, before: str, after: str, context: int = 60) -> Fault:
    start = common(before, after)
    end = common(before[start:][::-1], after[start:][::-1])
    parts = [text[max(0, start - context) : len(text) - max(0, end - context)] for text in (before, after)]
    return Fault(kind, *parts)


def place_of(tree: exp.Expression, path: TreePath) -> str:
    cte = node_at(tree, path).find_ancestor(exp.CTE)
    return f"in {cte.alias}" if cte else "at the end"


def try_model(project: Project, database: Database, model: str, limit: int | None, seed: int) -> Tally:
    started = time.perf_counter()
    base = sqlglot.parse_one(project.models[model]["compiled_code"], dialect="duckdb")
    text = text_of(base)
    columns = database.columns(text)
    unit_tests = project.unit_tests(model, base, database)
    failing = [test.name for test in unit_tests if test.fails(database, None)]
    unlike = failing_data_test(project, database, model, text)
    if failing or unlike != "":
        raise SystemExit(f"error: the unchanged {model} fails here: {', '.join([*failing, unlike or 'other rows'])}")
    mutations = mutations_of(base, seed)
    if limit is not None and limit < len(mutations):
        chosen = sorted(random.Random(seed).sample(range(len(mutations)), limit))
        mutations = [mutations[index] for index in chosen]
    tally = Tally(model, len(unit_tests), mutants=len(mutations))
    for mutation in mutations:
        mutant = text_of(mutation.applied(base))
        try:
            is_valid = database.columns(mutant) == columns
        except duckdb.Error:
            is_valid = False
        if not is_valid:
            tally.invalid += 1
            continue
        it = fault(mutation.kind, text, mutant)
        killer = next((test for test in unit_tests if test.fails(database, mutation)), None)
        if killer:
            tally.killed_by_unit_tests.append(it)
            # What killed one will kill its neighbours.
            unit_tests.remove(killer)
            unit_tests.insert(0, killer)
        elif failed := failing_data_test(project, database, model, mutant):
            tally.killed_by_data_tests.append(it)
        else:
            remarks = [place_of(base, mutation.path), "same rows" if failed == "" else "other rows"]
            remarks += [f"not tried in {test.name}" for test in unit_tests if mutation.path not in test.paths]
            tally.survivors.append((it, ", ".join(remarks)))
    tally.seconds = time.perf_counter() - started
    return tally


def report(tallies: list[Tally]) -> None:
    killed = {it: tally.model for tally in tallies for it in (*tally.killed_by_unit_tests, *tally.killed_by_data_tests)}
    names = ("unit tests", "mutants", "invalid", "by unit tests", "by data tests", "survived", "elsewhere", "killed", "seconds")
    print(f"{'model':28}" + "".join(f"{name:>14}" for name in names))
    sums = [0] * 7
    for tally in tallies:
        counts = [
            tally.unit_tests,
            tally.mutants,
            tally.invalid,
            len(tally.killed_by_unit_tests),
            len(tally.killed_by_data_tests),
        ]
        counts += [len(tally.survivors), sum(it in killed for it, _ in tally.survivors)]
        sums = [one + other for one, other in zip(sums, counts, strict=True)]
        print_row(tally.model, counts, tally.seconds)
    print_row("all", sums, sum(tally.seconds for tally in tallies))
    for tally in tallies:
        for number, (it, where) in enumerate(tally.survivors, start=1):
            elsewhere = f", killed in {killed[it]}" if it in killed else ""
            print(f"\n{tally.model} {number}: {it.kind}, {where}{elsewhere}\n    - {it.before}\n    + {it.after}")


def print_row(model: str, counts: list[int], seconds: float) -> None:
    by_unit_tests, by_data_tests, survived = counts[3:6]
    valid = by_unit_tests + by_data_tests + survived
    share = f"{(by_unit_tests + by_data_tests) / valid:.1%}" if valid else "-"
    print(f"{model:28}" + "".join(f"{cell:>14}" for cell in (*counts, share, f"{seconds:.0f}")))


def build_demo(home: Path) -> None:
    """Makes up cases, lands and builds them; the home of the demo is `home`/.casemart/demo."""
    command = [str(Path(sys.executable).with_name("casemart")), "-C", str(home), "--quiet", "demo", "--cases", "400"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEMART_", "DBT_"))}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=home, env=environment, stdin=quiet, stdout=quiet) as child:
        try:
            child.wait()
        except BaseException:
            # Politely, so that it ends its own child, dbt, before the folder is removed.
            child.terminate()
            raise
    if child.returncode:
        raise SystemExit("error: the demo data could not be built")


def run(home: Path, names: str | None, limit: int | None, seed: int) -> list[Tally]:
    build_demo(home)
    demo = home / ".casemart" / "demo"
    project = Project(demo / ".casemart" / "target")
    ours = [name for name, node in project.models.items() if node["fqn"][1] in LAYERS and not name.startswith("leaf_")]
    chosen = [name.strip() for name in names.split(",")] if names else ours
    if unknown := sorted(set(chosen) - set(ours)):
        raise SystemExit(f"error: no such model: {', '.join(unknown)}\nhint: known are {', '.join(ours)}")
    database = Database(demo / "warehouse" / "warehouse.duckdb")
    with closing(database.connection):
        return try_models(project, database, chosen, limit, seed)


def try_models(project: Project, database: Database, chosen: list[str], limit: int | None, seed: int) -> list[Tally]:
    if failing := [test.name for test in project.data_tests if test.fails(database)]:
        raise SystemExit(f"error: data tests fail here on the unchanged models: {', '.join(failing)}")
    tallies = []
    for number, name in enumerate(chosen, start=1):
        say(f"[{number}/{len(chosen)}] {name}")
        tallies.append(try_model(project, database, name, limit, seed))
    return tallies


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", help="names with commas between; default: dimensions, facts and marts without the leaves")
    parser.add_argument("--limit", type=int, help="at most so many mutants of each model, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(130))
    with tempfile.TemporaryDirectory(prefix="casemart-mutants-") as name:
        say("building demo data")
        report(run(Path(name), options.models, options.limit, options.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
