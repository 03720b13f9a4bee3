"""Where things are: the dbt project that casemart ships, and the folder that holds one warehouse and its versions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casemart.errors import UsageError

SETTINGS_FILE = "casemart.toml"


def project_dir() -> Path:
    """The dbt project: the checkout that this file stands in, else the copy inside the installed wheel."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "dbt_project.yml").is_file():
        return checkout
    return Path(__file__).resolve().parent / "project"


@dataclass(frozen=True)
class Workspace:
    """One folder with one warehouse. Nothing is created before it is needed."""

    home: Path

    @property
    def warehouse(self) -> Path:
        """The private database that landing and dbt write, and nobody else opens."""
        return self.home / "warehouse" / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Folder of the published versions."""
        return self.home / "published"

    @property
    def current(self) -> Path:
        """The database that readers open: `current` is a link to the folder of one version."""
        return self.published / "current" / "casemart.duckdb"

    @property
    def state(self) -> Path:
        """Folder of lock, dbt's target and logs, demo and trial workspaces."""
        return self.home / ".casemart"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def demo(self) -> Workspace:
        """The demo has a warehouse of its own, so that its rows never mix with real ones."""
        return Workspace(self.state / "demo")

    def settings(self) -> dict[str, Any]:
        """The content of `casemart.toml`: tables named like commands set their options, `[vars]` sets dbt vars."""
        file = self.home / SETTINGS_FILE
        if not file.is_file():
            return {}
        try:
            settings = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(f"{file} cannot be read: {reason}", "correct the file, or move it away") from error
        if not isinstance(settings.get("vars", {}), dict):
            raise UsageError(f"{file}: `vars` is not a table", "policies stand below a line `[vars]`")
        return settings


def find_home(start: Path) -> Path:
    """The nearest folder from `start` upwards that has a casemart.toml, else `start` itself."""
    return next((folder for folder in (start, *start.parents) if (folder / SETTINGS_FILE).is_file()), start)
