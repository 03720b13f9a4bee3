"""What a shell and a terminal see of the command line: completion, and colour only where it is wanted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from formats_kit import on_a_terminal
from published_fixture import publish


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("home"))


COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[0-9;]*m")


def test_no_color_is_honoured(home):
    for arguments in (["--help"], ["show", "first_contact_resolution"], ["show", "--help"]):
        code, text = on_a_terminal(home, *arguments, NO_COLOR="1")
        assert code == 0
        assert not COLOUR.search(text)
    assert COLOUR.search(on_a_terminal(home, "--help", NO_COLOR="")[1])


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("show first_contact_resolution_u", ["first_contact_resolution_upper"]),
        ("show fct_ca", ["fct_cases", "fct_case_events"]),
        ("show first_contact_resolution --by ", ["all", "channel"]),
        ("export first_contact_resolution --grain q", ["quarter"]),
        ("export first_contact_resolution -f parq", ["parquet"]),
        ("show no_such_mart --by ", []),
        ("expo", ["export"]),
    ],
)
def test_the_shell_completes_from_the_published_version(casemart, home, tmp_path, line, offered):
    def complete(place: Path, text: str) -> list[str]:
        words = {"_CASEMART_COMPLETE": "complete_bash", "COMP_WORDS": text, "COMP_CWORD": str(len(text.split(" ")) - 1)}
        result = casemart(cwd=place, code=None, **words)
        assert not result.stderr
        return result.stdout.split()

    assert sorted(complete(home, f"casemart {line}")) == sorted(offered)
    if "show first" in line:
        assert complete(tmp_path, f"casemart -C {home} {line}") == sorted(offered)
        assert complete(tmp_path, f"casemart {line}") == []
