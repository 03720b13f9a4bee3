"""Makes `.venv` from requirements.lock and installs casemart into it; does nothing when that is done.

Standard library only, and written so that an old Python 3 gets far enough to say which one is needed.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
OTHERS = ["python3.14", "python3.13", "python3.12", "python3.11"]
HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
VENV_PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "casemart-installed"
# What casemart needs of a Python that is to make an environment with pip in it; Debian splits these modules off.
PROBE = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST})"


def main():
    if is_installed():
        return
    python = find_python()
    say("installing into .venv (once, about half a minute)")
    install(python)
    STAMP.write_text(fingerprint(), encoding="utf-8")


def is_installed():
    return (
        STAMP.is_file() and STAMP.read_text(encoding="utf-8") == fingerprint() and succeeds(VENV_PYTHON, "-c", "import casemart")
    )


def fingerprint():
    """What the environment is made of; the folder too, because an environment does not survive being moved."""
    digest = hashlib.sha256(str(HERE).encode())
    for name in ("requirements.lock", "pyproject.toml", "bootstrap.py"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def find_python():
    """This Python when it will do, else another one on the path, else a hint."""
    candidates = [sys.executable] + [shutil.which(name) for name in OTHERS]
    fitting = [python for python in candidates if python and succeeds(python, "-c", PROBE)]
    if not fitting:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        if sys.version_info >= OLDEST:
            give_up(
                f"Python {version} cannot make an environment: its module venv or ensurepip is missing",
                f"install it, on Debian and Ubuntu with `apt install python{version}-venv`, and try again",
            )
        give_up(
            f"Python {version} is too old: casemart needs {OLDEST[0]}.{OLDEST[1]} or newer",
            "install a newer one, on Debian and Ubuntu with `apt install python3.11 python3.11-venv`",
        )
    return fitting[0]


def install(python):
    """The locked wheels, each checked against its hash, then casemart itself in place: by uv where there is one, else by pip."""
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", python, str(VENV)]
        if all(run(command) for command in (make, *installations(uv, "pip", "install", "--quiet", "--python", VENV_PYTHON))):
            return
        say("uv could not do it; trying pip")
    make = [python, "-m", "venv", "--clear", str(VENV)]
    pip = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"]
    if not all(run(command) for command in (make, *installations(*pip))):
        give_up(
            "the packages of requirements.lock could not be installed",
            "see the message above; behind a proxy, or with a package index of your own, set pip up for it first",
        )


def installations(*installer):
    """pip refuses an editable package together with hashes, hence two steps."""
    return [
        [*installer, "--only-binary", ":all:", "--require-hashes", "-r", "requirements.lock"],
        [*installer, "--no-deps", "--no-build-isolation", "-e", "."],
    ]


def run(command):
    return subprocess.call(command, cwd=str(HERE), stdin=subprocess.DEVNULL, stdout=sys.stderr) == 0


def succeeds(*command):
    try:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def say(text):
    sys.stderr.write(text + "\n")


def give_up(message, hint):
    say(f"error: {message}")
    say(f"hint: {hint}")
    sys.exit(1)


if __name__ == "__main__":
    main()
