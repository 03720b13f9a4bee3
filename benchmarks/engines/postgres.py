"""A Postgres server of one's own: installed where there is none, in a temporary folder, on a free port, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: nothing outside of the folder, and no limit on the length of its path.
    "unix_socket_directories": "",
    # Nothing here outlives the run.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    # Containers often have next to no /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "max_parallel_workers_per_gather": "0",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "jit": "off",
    # Nothing may depend on the session's zone: one far from UTC, whose clocks change at midnight.
    "timezone": "Africa/Cairo",
}


@dataclass(frozen=True)
class Server:
    """A running server. `environment` is what psql, libpq and the project's dbt profile read."""

    environment: dict[str, str]

    def connect(self) -> Any:
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
        return psycopg2.connect(**{names[name]: value for name, value in self.environment.items()})


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def server() -> Iterator[Server]:
    """A server with an empty database `postgres`, in UTF-8, text sorted by code point. Stopped and deleted at the end."""
    binaries = find_binaries() or install()
    account = unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="casemart-postgres-"))
    try:
        password = secrets.token_urlsafe(24)
        (folder / "password").write_text(password, encoding="utf-8")
        identity: dict[str, Any] = {}
        if account:
            for path in (folder, folder / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        with (folder / "log").open("w") as log:
            # A session of its own: a Ctrl-C at the terminal is for this program, which then stops the server in order.
            options: dict[str, Any] = {
                **identity,
                "cwd": folder,
                "env": {"PATH": os.defpath, "LC_ALL": "C"},
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": subprocess.STDOUT,
                "start_new_session": True,
            }
            initdb = [binaries / "initdb", "--pgdata", "data", "--username", "postgres", "--pwfile", "password", "--no-sync"]
            initdb += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--lc-ctype", "C.UTF-8"]
            if subprocess.run(initdb, check=False, **options).returncode:
                raise SystemExit(f"error: the server's files could not be made\n{_tail(folder)}")
            port = _free_port()
            settings = [text for name, value in SETTINGS.items() for text in ("-c", f"{name}={value}")]
            child = subprocess.Popen([binaries / "postgres", "-D", "data", "-p", str(port), *settings], **options)
            try:
                login = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres", "PGPASSWORD": password}
                running = Server({**login, "PGDATABASE": "postgres"})
                _wait(running, child, folder)
                say(f"Postgres {_version(running)} runs on port {port}, in {folder}")
                yield running
            finally:
                with uninterrupted():
                    _stop(child)
    finally:
        with uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Signals that ask to stop have no effect in here: the stopping itself is to come to its end."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def find_binaries() -> Path | None:
    """The folder of initdb and postgres: Debian keeps them off the path, one folder for each version."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    candidates += sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def install() -> Path:
    """Debian's package. Its own service, where the machine starts services, is left as the package sets it up."""
    apt = shutil.which("apt-get")
    by_hand = "install Postgres, on Debian and Ubuntu with `apt-get install postgresql`, and try again"
    if not apt or os.geteuid() != 0:
        raise SystemExit(
            f"error: there is no Postgres server, and only root on Debian or Ubuntu can install one\nhint: {by_hand}"
        )
    say("installing Debian's package postgresql")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Without lists of packages, as in a fresh container, the first attempt fails.
    for command in (["install"], ["update"], ["install"]):
        arguments = [*command, "--yes", "--no-install-recommends", "postgresql"] if command == ["install"] else command
        outcome = subprocess.run(
            [apt, "-qq", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
        )
        if outcome.returncode == 0 and (found := find_binaries()):
            return found
    raise SystemExit(f"error: Debian's package postgresql could not be installed\nhint: {by_hand}")


def unprivileged_account() -> pwd.struct_passwd | None:
    """The account that runs the server, which refuses root; None where this is not root anyway."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("error: Postgres refuses to run as root, and there is neither a user `postgres` nor `nobody`")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(running: Server, child: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while child.poll() is None and time.monotonic() < deadline:
        try:
            running.connect().close()
        except psycopg2.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"error: the server did not start\n{_tail(folder)}")


def _version(running: Server) -> str:
    connection = running.connect()
    try:
        return f"{connection.server_version // 10000}.{connection.server_version % 10000}"
    finally:
        connection.close()


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ends the server without waiting for its clients; by force if it does not obey."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if child.poll() is None:
            child.send_signal(number)
            try:
                child.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                continue


def _tail(folder: Path) -> str:
    return "\n".join((folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
