"""Fixtures of the tests of commands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_builds import Tiny, copy_project


@pytest.fixture(scope="session")
def tiny_built(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The tiny project, built and published once. Read only: `tiny` is a copy of it."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny = Tiny(copy_project(folder), folder / "home")
    tiny.run("build")
    return tiny


@pytest.fixture
def tiny(tiny_built: Tiny, tmp_path: Path) -> Iterator[Tiny]:
    """A workspace with one published version, and a project, of the test's own."""
    shutil.copytree(tiny_built.project, tmp_path / "project")
    shutil.copytree(tiny_built.home, tmp_path / "home", symlinks=True)
    tiny = Tiny(tmp_path / "project", tmp_path / "home")
    yield tiny
    tiny.end()
