"""systemd: what `systemd-analyze` says of every unit, in a system of its own in a folder, also where this machine runs without systemd."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from deploy_tools import DEPLOY, program, run

from tussenruimte import GRACE_SECONDS

UNITS = ("tussenruimte.service", "tussenruimte-api@8001.service", "tussenruimte-worker.service", "tussenruimte-migrate.service")
FOLDER = DEPLOY / "systemd"
HARDENING = "tussenruimte-.service.d/10-hardening.conf"
EXPOSED = 15
"""The most that is taken, in tenths of the points that systemd gives from 0 (shut) to 10 (open)."""


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """The root of a system in which the units and the program are installed."""
    program("systemd-analyze")
    units = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(FOLDER, units)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr" / "lib" / "systemd" / "system", symlinks=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    for name in ("opt/tussenruimte/.venv/bin/tussenruimte", "usr/bin/install"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(0o755)
    return tmp_path


def verified(system: Path, unit: str) -> tuple[int, str]:
    done = run("systemd-analyze", "verify", f"--root={system}", "--recursive-errors=no", unit)
    return done.returncode, done.stderr


def exposed(system: Path, unit: str) -> subprocess.CompletedProcess[str]:
    return run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSED}", f"--root={system}", unit)


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line(system: Path, unit: str) -> None:
    assert verified(system, unit) == (0, "")


HARM = [("[Service]", "[Servis]"), ("ProtectHome=", "ProtectHouse="), ("ProtectProc=invisible", "ProtectProc=hidden")]


@pytest.mark.parametrize("harm", HARM)
def test_a_line_that_systemd_does_not_understand_would_be_seen(system: Path, harm: tuple[str, str]) -> None:
    file = system / "etc" / "systemd" / "system" / HARDENING
    file.write_text(file.read_text().replace(*harm))
    assert verified(system, "tussenruimte-worker.service")[1] != ""


@pytest.mark.parametrize("unit", UNITS)
def test_no_unit_is_more_exposed_than_it_has_to_be(system: Path, unit: str) -> None:
    done = exposed(system, unit)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", UNITS[1:])
def test_without_the_hardening_it_would_be(system: Path, unit: str) -> None:
    (system / "etc" / "systemd" / "system" / HARDENING).unlink()
    assert exposed(system, unit).returncode != 0


def test_the_hardening_is_the_same_with_sqlite_and_with_postgresql() -> None:
    def lines(name: str) -> set[str]:
        return {line for line in (FOLDER / name).read_text().splitlines() if line and line[0].isupper()}

    assert lines(HARDENING) < lines("tussenruimte.service")


def test_no_unit_but_the_one_that_makes_the_tables_can_be_their_owner() -> None:
    naming = {path.parent.name for path in FOLDER.rglob("*.*") if path.is_file() and "pgpass_owner" in path.read_text()}
    assert naming == {"tussenruimte-migrate.service.d"}
    assert {path.parent.name for path in FOLDER.rglob("*.*") if path.is_file() and "TUSSENRUIMTE_OWNER" in path.read_text()} == naming


@pytest.mark.parametrize("name", ["tussenruimte.service", "tussenruimte-api@.service", "tussenruimte-worker.service"])
def test_every_unit_has_the_time_that_the_server_gives_its_requests(name: str) -> None:
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", (FOLDER / name).read_text(), re.M)
    assert int(seconds) > GRACE_SECONDS
