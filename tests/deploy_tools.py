"""The programs that check what is under `deploy/`, each by its own rules and none with a container engine; and what they stand before.

hadolint, check-jsonschema, kubectl, kubernetes-validate and Caddy come with the development group, as wheels with the program inside; where
there is no wheel for a system, as outside Linux, their tests are skipped. systemd-analyze is part of systemd.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import environment

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def program(name: str) -> str:
    """The program's path; else the test is skipped."""
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=beside) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} cannot be had on this machine from where the project installs it")
    return found


def run(name: str, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program(name), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=120)


def passed(name: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """What the program printed that found nothing wrong."""
    done = run(name, *arguments, cwd=cwd)
    assert done.returncode == 0, f"{name} says:\n{done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    """The platform on SQLite in a folder, served as a process of its own."""
    command = [sys.executable, "-m", "tussenruimte", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            assert "http" in process.stdout.readline()
            yield
        finally:
            process.kill()
