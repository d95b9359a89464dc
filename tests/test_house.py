"""The habits of the house that no linter knows: pure rules without a clock, short files that say why they exist, names that mean something.

Each habit is a sentence in a test's name. What the checks look for is written so that this file does not match itself.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("domain", "projections", "api", "workers", "tests")
PYTHON = sorted([*ROOT.glob("*.py"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])
MADE = {"build", "__pycache__", "vendor"}
"""What tools made, and the programs of others."""
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "base"}
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(work|root|farm|home|tmp)/")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X)\b")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the tree with its path, but for hidden folders (.ci excepted) and what was not written here."""
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [name for name in inner if name == ".ci" or not (name.startswith(".") or name.endswith(".egg-info") or name in MADE)]
        for path in (Path(folder, name) for name in files if name != ".git"):  # In a linked worktree it is a file.
            if b"\0" not in (content := path.read_bytes()):
                yield relative(path), content.decode()


def clock_calls(source: str) -> list[int]:
    """The lines of a module that ask for the present time."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names) if any(name.name == "time" for name in names):
                lines.append(node.lineno)
            case ast.ImportFrom(module="time", level=0):
                lines.append(node.lineno)
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=attr) if (owner, attr) in CLOCKS:
                lines.append(node.lineno)
    return lines


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ntoday = date.today",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
    ],
)
def test_asking_for_the_present_time_is_seen(source: str) -> None:
    assert clock_calls(source)


@pytest.mark.parametrize(
    "source", ["from domain.model import time", "from .time import span", "from datetime import date\ndate.fromordinal(1)"]
)
def test_reckoning_with_given_times_is_no_clock(source: str) -> None:
    assert not clock_calls(source)


def test_the_model_never_asks_a_clock() -> None:
    model = sorted((ROOT / "domain" / "model").rglob("*.py"))
    assert model
    assert not [f"{relative(path)}:{line}" for path in model for line in clock_calls(path.read_text())]


def test_no_python_file_is_over_400_lines() -> None:
    assert not [relative(path) for path in PYTHON if len(path.read_text().splitlines()) > 400]


def test_every_module_says_why_it_exists() -> None:
    assert not [relative(path) for path in PYTHON if not ast.get_docstring(ast.parse(path.read_text()))]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [relative(path) for path in PYTHON if EMPTY_NAMES & {path.stem, *path.parent.relative_to(ROOT).parts}]


def test_no_text_names_a_place_on_somebodys_machine() -> None:
    assert MACHINE_PATH.search("see " + "/".join(["", "home", "anna", "notes"]))
    assert not [name for name, text in texts() if MACHINE_PATH.search(text)]


def test_nothing_is_left_for_later() -> None:
    assert UNFINISHED.search("# TO" + "DO: the rest")
    assert not [name for name, text in texts() if UNFINISHED.search(text)]
