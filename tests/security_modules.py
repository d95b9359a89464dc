"""A security module for tests: SoftHSM of Debian's packages, installed, or unpacked into a folder that later runs find again."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

UNPACKED = Path(tempfile.gettempdir()) / f"tussenruimte-softhsm-{os.getuid()}"
PACKAGES = ("softhsm2", "libsofthsm2")
TOKEN, PIN = "tussenruimte", "tests-1234"


def softhsm() -> tuple[Path, Path]:
    """Its library, and the program that makes tokens; else the test is skipped."""
    for root in (Path("/"), UNPACKED):
        library, program = root / "usr/lib/softhsm/libsofthsm2.so", root / "usr/bin/softhsm2-util"
        if library.exists() and program.exists():
            return library, program
    if shutil.which("apt-get") is None:
        pytest.skip("SoftHSM cannot be had on this machine: install it, as by `apt-get install softhsm2`")
    with tempfile.TemporaryDirectory() as folder:
        loaded = subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, capture_output=True, text=True)
        if loaded.returncode:
            pytest.skip(f"SoftHSM cannot be had on this machine: {loaded.stderr}")
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, f"{folder}/unpacked"], check=True)
        UNPACKED.mkdir(mode=0o700, exist_ok=True)
        shutil.copytree(f"{folder}/unpacked", UNPACKED, dirs_exist_ok=True, symlinks=True)
    return softhsm()


class SoftHSM:
    """A token of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.library, self._program = softhsm()
        self.pin = folder / "pin"
        self.pin.write_text(f"{PIN}\n")
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(configuration)}
        self.uri = f"pkcs11:token={TOKEN}?module-path={self.library}&pin-source={self.pin}"
        self._run("--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "officer-1234")

    def _run(self, *said: str) -> None:
        command = [self._program, "--module", self.library, *said]
        subprocess.run(command, env={**os.environ, **self.environment}, check=True, capture_output=True)

    def stored(self) -> bytes:
        """Every byte that the module wrote."""
        return b"".join(file.read_bytes() for file in self.tokens.rglob("*") if file.is_file())
