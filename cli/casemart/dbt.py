"""The only module that runs dbt: as a child process that holds the lock with its parent, so that nobody slips in between."""

from __future__ import annotations

import difflib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from casemart.dbt_results import Run, read_run
from casemart.errors import CasemartError, LockedError, UsageError, remedy_of
from casemart.locking import Lock
from casemart.workspace import Workspace

PREFIX = "casemart_"
SECONDS_TO_STOP = 10  # what an interrupted dbt gets before it is killed; DuckDB rolls back what was not committed


@dataclass(frozen=True)
class Progress:
    """A node began (`status` is None) or ended. `position` of `total` nodes."""

    kind: str
    name: str
    position: int
    total: int
    status: str | None = None
    seconds: float = 0.0


Watch = Callable[[Progress], None]


def known_variables(project: Path) -> dict[str, Any]:
    """The variables of the project with their defaults."""
    import yaml

    text = (project / "dbt_project.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text).get("vars", {}).get("casemart", {})


def parse_variables(assignments: list[str]) -> dict[str, Any]:
    """`NAME=VALUE` texts, the value in YAML."""
    import yaml

    variables = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none
            raise UsageError(f"--var {assignment}: the value is not YAML", "quote it: `--var 'name=\"value\"'`") from error
        if not equals or not name.strip():
            raise UsageError(f"--var {assignment}: not NAME=VALUE", "for example `--var fcr_settlement_days=14`")
        variables[name.strip()] = value
    return variables


def checked_variables(project: Path, given: dict[str, Any]) -> dict[str, Any]:
    """`given` under the full names, in the order of the names; an unknown name is refused."""
    known = known_variables(project)
    checked = {}
    for name, value in given.items():
        full_name = name if name.startswith(PREFIX) else PREFIX + name
        if full_name not in known:
            nearest = difflib.get_close_matches(full_name, known, n=1)
            names = f"did you mean `{nearest[0]}`?" if nearest else "known are " + ", ".join(known)
            raise UsageError(f"unknown variable: {name}", names)
        checked[full_name] = value.isoformat() if isinstance(value, date) else value
    return dict(sorted(checked.items()))


def target_of(workspace: Workspace) -> Path:
    """Folder of dbt's artifacts; nothing is ever written into the project, which may be in site-packages."""
    return workspace.state / "target"


def build(
    workspace: Workspace,
    lock: Lock,
    *,
    project: Path,
    variables: dict[str, Any],
    full_refresh: bool = False,
    say: Callable[[str], None],
    watch: Watch | None = None,
) -> Run:
    """Runs every node of the project but unit tests on the private warehouse, while `lock` is held by both processes.

    Returns the run even if nodes of it failed. Raises CasemartError with dbt's own words if dbt could not run at all,
    KeyboardInterrupt after the child has ended if this process was interrupted.
    """
    target = target_of(workspace)
    arguments = [
        "build",
        # They check the definitions on rows of their own, the same at each build: `make test` runs them.
        "--exclude-resource-type",
        "unit_test",
        "--log-format",
        "json",
        "--log-format-file",
        "debug",
        "--no-use-colors",
        "--vars",
        json.dumps(variables),
    ]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(target), "--log-path", str(workspace.state / "logs")]
    arguments += ["--full-refresh"] if full_refresh else []
    # What is left of an earlier run must not be taken for this one's.
    (target / "run_results.json").unlink(missing_ok=True)
    listener = _Listener(watch)
    code = _run_child(arguments, _environment(workspace), workspace.state, lock, listener.hear, say)
    run = read_run(target)
    # A dbt that was killed has not closed the warehouse, whatever results it has written.
    if code < 0 or run is None or run.invocation_id != listener.invocation_id:
        raise _failure(listener.errors or [f"dbt ended with exit code {code}"], workspace)
    return run


def compiler_error(text: str) -> str | None:
    """What a model or hook raised as a compiler error, without dbt's frame around it; None for any other error."""
    lines = text.removeprefix("Encountered an error:\n").splitlines()
    if not lines or not lines[0].startswith("Compilation Error in "):
        return None
    own = [line.strip() for line in lines[1:] if not line.lstrip().startswith(">")]
    return "\n".join(own).strip() or None


def _failure(errors: list[str], workspace: Workspace) -> CasemartError:
    text = "\n".join(errors)
    if "Could not set lock on file" in text:
        return LockedError("the warehouse is held by another process:\n" + text, "wait until it has ended, or close it")
    if remedy := remedy_of(text):
        # dbt repeats it for each line that it could not log.
        line = next(line for line in text.splitlines() if remedy_of(line))
        return CasemartError(f"dbt could not run, nothing was published: {line.strip()}", remedy)
    raised = compiler_error(errors[0]) if len(errors) == 1 else None
    return CasemartError(
        raised or "dbt could not run, nothing was published\n\n" + text, f"the log is in {workspace.state / 'logs'}"
    )


class _Listener:
    """Understands dbt's events, one JSON object a line; whatever else dbt prints is an error text."""

    def __init__(self, watch: Watch | None) -> None:
        self.watch = watch
        self.invocation_id = ""
        self.errors: list[str] = []

    def hear(self, line: str) -> None:
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, TypeError, KeyError):
            if line.strip():
                self.errors.append(line.rstrip())
            return
        self.invocation_id = info["invocation_id"]
        node = data.get("node_info") or {}
        if self.watch and "index" in data and node.get("resource_type") != "operation":
            is_start = info["name"] == "LogStartLine"
            self.watch(
                Progress(
                    kind=node.get("resource_type", ""),
                    name=node.get("node_name", ""),
                    position=data["index"],
                    total=data.get("total") or data.get("num_models") or 0,
                    status=None if is_start else data.get("status", "").lower(),
                    seconds=data.get("execution_time", 0.0),
                )
            )
        elif info["level"] == "error":
            self.errors.append(info["msg"])


def _environment(workspace: Workspace) -> dict[str, str]:
    # A DBT_… variable of the shell would be an option that this command never showed.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    return {
        **inherited,
        "CASEMART_WAREHOUSE": str(workspace.warehouse.absolute()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


def _run_child(
    arguments: list[str],
    environment: dict[str, str],
    folder: Path,
    lock: Lock,
    hear: Callable[[str], None],
    say: Callable[[str], None],
) -> int:
    # The same Python, never a `dbt` that happens to be on the path. A process group of its own, so that a Ctrl-C at the
    # terminal reaches the child exactly once: from here.
    command = [sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()", *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment,
        cwd=folder,
        pass_fds=(lock.fd,),
        process_group=0,
        umask=0o077,
    ) as child:
        assert child.stdout is not None
        try:
            lock.name_child(child.pid)
            with _signals_passed_on(child, say) as received:
                for line in child.stdout:
                    hear(line)
                child.wait()
        except BaseException:
            child.kill()
            raise
    if received:
        raise KeyboardInterrupt
    return child.returncode


@contextmanager
def _signals_passed_on(child: subprocess.Popen[str], say: Callable[[str], None]) -> Iterator[list[int]]:
    """Interrupts the child in place of this process: first politely, then by force. Yields the signals received."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    reaper = threading.Timer(SECONDS_TO_STOP, child.kill)

    def pass_on(number: int, _frame: object) -> None:
        received.append(number)
        if len(received) > 1:
            child.kill()
            return
        say("interrupted: dbt is stopping")
        child.send_signal(signal.SIGINT)
        reaper.start()

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield received
    finally:
        reaper.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
