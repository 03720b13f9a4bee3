"""Seeds of one's own in the place of shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from casemart.errors import UsageError
from casemart.seeds import own_seeds, project_of
from casemart.workspace import Workspace, project_dir

TARGETS = "metric,segment_by,segment,target,optimal,benchmark,benchmark_source,valid_from,valid_to\n"


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    (tmp_path / "targets.csv").write_text(TARGETS + "reopen_rate,all,all,0.1,,,,,\n", encoding="utf-8")
    (tmp_path / "casemart.toml").write_text('[seeds]\nmetric_targets = "targets.csv"\n', encoding="utf-8")
    return Workspace(tmp_path)


def files(project: Path) -> dict[str, bytes]:
    return {str(file.relative_to(project)): file.read_bytes() for file in project.rglob("*") if file.is_file()}


def test_the_project_is_the_shipped_one_with_the_replaced_seed(home: Workspace) -> None:
    project = project_of(home)
    copied = files(project)
    assert copied.pop("seeds/metric_targets.csv") == (home.home / "targets.csv").read_bytes()
    assert copied == {name: (project_dir() / name).read_bytes() for name in copied}
    assert {"dbt_project.yml", "models/raw/_raw.yml", "macros/rates.sql", "seeds/metric_catalog.csv"} <= set(copied)
    # What is no longer part of it goes, what has changed is copied again, what has not keeps its time, by which dbt knows it.
    (project / "models" / "left_over.sql").write_text("select 1", encoding="utf-8")
    before = (project / "dbt_project.yml").stat().st_mtime_ns
    (home.home / "targets.csv").write_text(TARGETS, encoding="utf-8")
    again = files(project_of(home))
    assert again.pop("seeds/metric_targets.csv") == TARGETS.encode()
    assert again == copied
    assert (project / "dbt_project.yml").stat().st_mtime_ns == before


def test_without_seeds_of_ones_own_it_is_the_shipped_one(tmp_path: Path) -> None:
    assert project_of(Workspace(tmp_path)) == project_dir()


@pytest.mark.parametrize(
    ("toml", "message", "hint"),
    [
        ('seeds = "x"', "`seeds` is not a table", "[seeds]"),
        ("[seeds]\nmetric_targets = 1", "`seeds` is not a table of files", "[seeds]"),
        ('[seeds]\nmetric_target = "targets.csv"', "`metric_target` in [seeds]", "did you mean `metric_targets`?"),
        ('[seeds]\nmetric_catalog = "targets.csv"', "`metric_catalog` in [seeds]", "metric_targets"),
        (
            '[seeds]\nschedules = "targets.csv"',
            "has the columns metric, ",
            "schedule,weekday,opens,closes,timezone,valid_from,valid_to",
        ),
        ('[seeds]\nschedules = "absent.csv"', "No such file", "casemart.toml"),
    ],
)
def test_what_does_not_fit_is_refused(home: Workspace, toml: str, message: str, hint: str) -> None:
    (home.home / "casemart.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        own_seeds(home)
    assert message in refused.value.message
    assert hint in (refused.value.hint or "")
