"""Kills, starves and damages landing, building and publishing in many ways, and checks what is left each time.

    python benchmarks/faults.py [--only killing,damaging] [--share 0.2] [--seed 1] [--write]

Works in a temporary folder on a small project of its own, and ends only processes that it has started itself. Where this
user may have a mount namespace, a small disk in memory is filled to the brim; it is seen by nobody else, and goes with this
process. `--write` puts the result into docs/reliability.md; it takes the whole programme.

For each fault: what ended how, how often, what readers asked meanwhile, and in how many cases everything was as it should be.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faulting.outcome import Outcome
from faulting.report import DOCUMENT, document, problems, table
from faulting.world import World, end_all, make_world

KINDS = ("killing", "starving", "sharing", "damaging", "clocks", "real")
WORKERS = 2


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def enter_namespace() -> None:
    """Starts this process anew where it may mount a disk that nobody else sees; goes on as it is where that is not allowed."""
    if os.environ.get("CASEMART_FAULTS_NAMESPACE"):
        return
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    is_allowed = shutil.which("unshare") and not subprocess.run([*unshare, "true"], capture_output=True).returncode
    os.environ["CASEMART_FAULTS_NAMESPACE"] = "1" if is_allowed else "0"
    if is_allowed:
        os.execvp("unshare", [*unshare, sys.executable, *sys.argv])


def run(world: World, kinds: list[str], seed: int, share: float) -> Iterator[Outcome]:
    for kind in kinds:
        jobs = list(importlib.import_module(f"faulting.{kind}").jobs(world, seed, share))
        say(f"{kind}: {len(jobs)} faults")
        with ThreadPoolExecutor(WORKERS) as workers:
            futures = [workers.submit(job) for job in jobs]
            try:
                for number, future in enumerate(futures, start=1):
                    outcome = future.result()
                    problem = f": {outcome.problems}" if outcome.problems else ""
                    say(f"[{number}/{len(jobs)}] {outcome.area}, {outcome.fault} {outcome.point}: {outcome.ended}{problem}")
                    yield outcome
            except BaseException:
                workers.shutdown(cancel_futures=True, wait=False)
                end_all()
                raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(KINDS), help=f"names with commas between: {', '.join(KINDS)}")
    parser.add_argument("--share", type=float, default=1.0, help="share of the programme, 1 is all of it")
    parser.add_argument("--seed", type=int, default=1, help="decides the moments and the places that are left to chance")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    options = parser.parse_args()
    kinds = options.only.split(",")
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; known are {', '.join(KINDS)}")
    if options.write and (options.share < 1 or set(kinds) != set(KINDS)):
        parser.error("--write takes the whole programme")
    enter_namespace()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(130))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="casemart-faults-", ignore_cleanup_errors=True) as name:
        try:
            outcomes = list(run(make_world(Path(name)), kinds, options.seed, options.share))
        finally:
            end_all()
    print(table(outcomes))
    print(problems(outcomes))
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    say(f"{time.monotonic() - started:.0f} s wall, {usage.ru_utime + usage.ru_stime:.0f} s CPU")
    if options.write:
        DOCUMENT.write_text(document(outcomes, options.seed), encoding="utf-8")
        say(f"wrote {DOCUMENT.name}")
    return 1 if any(outcome.problems for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
