"""Seeds of one's own: `[seeds]` in casemart.toml names a CSV file in place of a shipped one, such as targets or opening hours."""

from __future__ import annotations

import csv
import difflib
import filecmp
import shutil
from pathlib import Path
from typing import Any

from casemart.errors import UsageError
from casemart.workspace import SETTINGS_FILE, Workspace, project_dir

# What the metrics are is not a setting.
FIXED = {"metric_catalog", "mart_inputs"}
PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/data")


def own_seeds(workspace: Workspace) -> dict[str, Path]:
    """Seed -> file, from `[seeds]`; paths are relative to casemart.toml. UsageError where a name, file or header does not fit."""
    given: Any = workspace.settings().get("seeds", {})
    if not isinstance(given, dict) or not all(isinstance(file, str) for file in given.values()):
        raise UsageError(
            f"{SETTINGS_FILE}: `seeds` is not a table of files", 'below a line `[seeds]`: metric_targets = "targets.csv"'
        )
    shipped = {file.stem: file for file in (project_dir() / "seeds").glob("*.csv") if file.stem not in FIXED}
    files = {}
    for name, written in given.items():
        if name not in shipped:
            nearest = difflib.get_close_matches(name, shipped, n=1)
            hint = f"did you mean `{nearest[0]}`?" if nearest else "known are " + ", ".join(sorted(shipped))
            raise UsageError(f"{SETTINGS_FILE}: `{name}` in [seeds] is no seed that can be replaced", hint)
        file = workspace.home / Path(written).expanduser()
        expected, found = _header(shipped[name]), _header(file)
        if found != expected:
            raise UsageError(f"{file} has the columns {', '.join(found) or '(none)'}", f"the header is: {','.join(expected)}")
        files[name] = file
    return files


def project_of(workspace: Workspace) -> Path:
    """The dbt project to build with: the one that casemart ships, or where seeds are replaced a copy of it with these in it."""
    shipped, own = project_dir(), own_seeds(workspace)
    if not own:
        return shipped
    project = workspace.state / "project"
    wanted = {
        file.relative_to(shipped): file
        for part in PARTS
        for file in ([shipped / part] if (shipped / part).is_file() else sorted((shipped / part).rglob("*")))
        if file.is_file()
    } | {Path("seeds") / f"{name}.csv": file for name, file in own.items()}
    for path, file in wanted.items():
        copy = project / path
        if not (copy.is_file() and filecmp.cmp(file, copy, shallow=False)):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    for copy in project.rglob("*"):
        if copy.is_file() and copy.relative_to(project) not in wanted:
            copy.unlink()
    return project


def _header(file: Path) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return [name.strip() for name in next(csv.reader(stream), [])]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"{file} cannot be read: {reason}", f"{SETTINGS_FILE} names it in [seeds]: a CSV file in UTF-8"
        ) from error
