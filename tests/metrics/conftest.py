"""The builds that the tests of the metrics share: each is made once, whichever worker needs it first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from builds import GRAINS, MARTS, NEW_YORK, Judged, judged, new_york_worlds, utc_worlds
from contract_builds import JudgedContracts, judged_contracts
from vocabulary import Policies


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this test run that all its workers see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def utc(folder: Path) -> Judged:
    """Default policies, as-of left to the data."""
    return judged(utc_worlds(), Policies(grains=GRAINS), folder / "utc", [f"+{name}" for name in MARTS])


@pytest.fixture(scope="session")
def new_york(folder: Path) -> Judged:
    """Another zone, silence confirms, transfers do not count; as-of in the middle of the data."""
    return judged(new_york_worlds(), NEW_YORK, folder / "new_york", [f"+{name}" for name in MARTS], TZ="Pacific/Auckland")


@pytest.fixture(scope="session")
def contract_build(folder: Path) -> Callable[[str], JudgedContracts]:
    """One of the builds of contracts by its name, with what the oracle says of its rows."""
    return cache(lambda name: judged_contracts(name, folder))
