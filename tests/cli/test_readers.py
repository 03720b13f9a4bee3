"""Whatever happens to a build, whoever reads `published/current` meanwhile sees exactly one whole version."""

from __future__ import annotations

import os
import signal

from tiny_builds import Tiny, amount, readers


def test_failing_data_test_publishes_nothing(tiny: Tiny) -> None:
    before = tiny.read()
    with readers(tiny) as seen:
        failed = tiny.run("build", "offset=1", "is_broken=true", code=1)
    assert seen == {before}
    assert "1 of 10 nodes failed, nothing was published" in failed.stderr
    assert "data test assert_not_broken on case_counts: 3 rows\n  channel: " in failed.stderr


def test_build_killed_half_way_and_the_next_one(tiny: Tiny) -> None:
    before = tiny.read()
    with readers(tiny) as seen:
        process = tiny.start_until_busy()
        second = tiny.run("build", "offset=1", code=3)
        assert f"`casemart build` (pid {process.pid}, since" in second.stderr
        # The group of a terminal that is closed by force: dbt first, then its parent.
        os.kill(tiny.dbt_pid(), signal.SIGKILL)
        process.kill()
        process.wait()
        assert seen == {before}
        # The warehouse holds facts and marts of the killed build; none of them is in the next version.
        tiny.run("build", "offset=1")
    assert seen == {before, (tiny.read()[0], amount(1))}
    assert tiny.read()[0] > before[0]


def test_partial_build_is_not_published_a_whole_one_is(tiny: Tiny) -> None:
    before = tiny.read()
    with readers(tiny) as seen:
        tiny.dbt("build", "-s", "case_counts", "--vars", "{casemart_offset: 5}")
        refused = tiny.run("publish", code=1)
        assert "not a whole build" in refused.stderr
        assert "hint: build everything: `casemart build`" in refused.stderr
        assert seen == {before}
        tiny.dbt("build", "--vars", "{casemart_offset: 5}")
        tiny.run("publish")
    assert seen == {before, (tiny.read()[0], amount(5))}


def test_swaps_and_rollbacks_under_readers(tiny: Tiny, casemart) -> None:
    versions = {tiny.read()}
    with readers(tiny) as seen:
        for _ in range(5):
            tiny.publish_again(keep=2)
            versions.add(tiny.read())
            casemart("-q", "rollback", cwd=tiny.home)
    assert seen <= versions
    assert len(versions) == 6
