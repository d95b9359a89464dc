"""Ways of running the program in tests: as a process of its own, or within this one where many things are asked in a row."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from tussenruimte import cli

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(str(path) for path in (ROOT / "examples").glob("*.jsonl"))
SETTINGS = (
    "TUSSENRUIMTE_DATABASE_URL", "TUSSENRUIMTE_REDIS_URL", "TUSSENRUIMTE_ROOT_KEY", "TUSSENRUIMTE_ROOT_KEY_FILE", "COLUMNS", "FORCE_COLOR",
)  # fmt: skip


class Done(NamedTuple):
    """How a run ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**clean, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}


def run_in(folder: Path) -> Run:
    """Runs the program in a folder. Whatever goes wrong, nobody is ever shown a traceback."""

    def run(*said: str, given: str = "", **settings: str) -> Done:
        command = [sys.executable, "-m", "tussenruimte", *said]
        done = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, env=environment(**settings), timeout=60)
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return run


def run_within(folder: Path) -> Run:
    """Runs the program within this process, on the files of a folder."""

    def run(*said: str, given: str = "", **settings: str) -> Done:
        none: dict[str, str | None] = dict.fromkeys(SETTINGS)
        runner = CliRunner(env={**none, "LANG": "C.UTF-8", **settings})
        done = runner.invoke(cli, ["--database", f"sqlite:///{folder}/tussenruimte.db", *said], input=given, prog_name="tussenruimte")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


def answer(done: Done) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def refused(done: Done, code: int = 1) -> str:
    """What was said of it, in one line where the input was refused."""
    assert (done.code, done.out) == (code, "")
    if code == 1:
        assert done.err.count("\n") == 1
    return done.err
