"""The README holds: every command in it is run as it stands there, against the demo as `make demo` starts it, and prints what it shows.

So does the page on asking that it points to. A block of shell is run, in the order of the pages and in one session, as a reader would. A
block of text or JSON that follows it is what it prints; a block of YAML is the file it is said to be. Only the port is another one.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from command_line import ROOT, environment, run_in

from tussenruimte import cli

PAGES = (ROOT / "README.md", ROOT / "docs" / "asking.md")
README = "\n".join(page.read_text() for page in PAGES)
BLOCKS = [(kind, text) for kind, text in re.findall(r"^```(\w+)\n(.*?)^```$", README, re.M | re.S)]
SHELL = [place for place, (kind, _) in enumerate(BLOCKS) if kind == "sh"]
SHOWN = [place for place in SHELL if place + 1 < len(BLOCKS) and BLOCKS[place + 1][0] in ("text", "json")]
PORT = "8000"
TERMINAL = {"TERM": "xterm-256color", "FORCE_COLOR": "1", "COLUMNS": "100"}


class Session(NamedTuple):
    """How a reader's session ended, and what each block of shell printed."""

    code: int
    errors: str
    printed: dict[int, str]


def checkout(folder: Path) -> None:
    """A folder as a reader has it after `make setup`, with the libraries that run the tests."""
    commands = folder / ".venv" / "bin"
    commands.mkdir(parents=True)
    for name, more in (("python", ""), ("tussenruimte", " -m tussenruimte")):
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{more} "$@"\n')
        (commands / name).chmod(0o755)
    (commands / "activate").write_text(f'PATH="{commands}:$PATH"\n')
    (folder / "examples").symlink_to(ROOT / "examples")
    shutil.copytree(ROOT / "deploy", folder / "deploy")


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The demo, and its port."""
    folder = tmp_path_factory.mktemp("checkout")
    checkout(folder)
    process = subprocess.Popen(
        ["sh", "deploy/demo.sh"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PORT=free_port(), PACE="0"),
    )
    assert process.stdout is not None
    try:
        told = next((line for line in process.stdout if line.startswith("Tussenruimte on http")), "the demo ended")
        found = re.search(r"http://127\.0\.0\.1:(\d+)/graphql", told)
        assert found, told
        yield folder, found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def session(demo: tuple[Path, str]) -> Session:
    folder, port = demo
    lines = []
    for place in SHELL:
        (folder / f"block-{place}.sh").write_text(BLOCKS[place][1].replace(PORT, port))
        lines.append(f". ./block-{place}.sh > block-{place}.out")
    done = subprocess.run(
        ["sh", "-eu"], cwd=folder, input="\n".join(lines), capture_output=True, text=True, env=environment(COLUMNS="100"), timeout=120
    )
    printed = {place: file.read_text() for place in SHELL if (file := folder / f"block-{place}.out").exists()}
    return Session(done.returncode, done.stderr, printed)


def test_every_command_runs_as_it_stands_there(session: Session) -> None:
    assert session.code == 0, session.errors
    assert list(session.printed) == SHELL
    assert len(SHELL) >= 8


def test_what_the_demo_logs_takes_its_link_from_nobodys_sight(demo: tuple[Path, str], session: Session) -> None:
    folder, port = demo
    logged = [json.loads(line) for line in (folder / ".demo" / port / "log").read_text().splitlines()]
    assert "request" in [line["event"] for line in logged]


@pytest.mark.parametrize("place", SHOWN, ids=lambda place: BLOCKS[place][1].split("\n")[0][:40])
def test_what_stands_below_a_command_is_what_it_prints(session: Session, place: int) -> None:
    kind, shown = BLOCKS[place + 1]
    printed = session.printed[place]
    if kind == "json":
        assert json.loads(printed) == json.loads(shown)
    else:
        assert printed == shown


def test_the_codebook_and_the_lens_that_are_shown_are_those_in_the_examples() -> None:
    examples = [(ROOT / "examples" / f"{name}.yaml").read_text() for name in ("codebook", "lens-warm")]
    assert [text for kind, text in BLOCKS if kind == "yaml"] == examples


def test_every_command_that_is_not_run_here_is_a_target_of_make() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.M))
    assert {"demo", "test", "bench"} <= named <= targets


def verbs(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield before + name
            yield from verbs(command, f"{before}{name} ")
        else:
            yield before + name


def test_every_verb_has_its_row() -> None:
    assert re.findall(r"^\| `([a-z][a-z -]*?)(?: [A-Z[][^`]*)?` \|", README, re.M) == list(verbs(cli))


def test_every_part_of_the_house_is_drawn_and_there() -> None:
    (house,) = re.findall(r"^## The house\n\n```text\n(.*?)^```", README, re.M | re.S)
    drawn = {line.split()[0].rstrip("/") for line in house.splitlines()}
    folders = ("domain", "projections", "api", "workers")
    packages = {path.parent.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("__init__.py")}
    assert packages - {"domain", "projections"} <= drawn
    assert [path for path in sorted(drawn) if not (ROOT / path).exists()] == []


def test_imports_run_as_they_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert f"`tussenruimte → {' → '.join(contracts[0]['layers'])}`" in README


def test_every_setting_is_named() -> None:
    sources = [ROOT / "tussenruimte.py", ROOT / "deploy" / "demo.sh", *(ROOT / "projections").glob("*/*.py")]
    code = "\n".join(path.read_text() for path in sources)
    read = set(re.findall(r'environ\.get\("(\w+)"|"(TUSSENRUIMTE_\w+|OTEL_EXPORTER_OTLP_ENDPOINT)"|\$\{(\w+):-', code))
    assert {name for names in read for name in names if name} == set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.M))


def test_every_file_it_points_to_is_there() -> None:
    pointed = [(page, path) for page in PAGES for path in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if "://" not in path]
    assert len(pointed) > 5
    assert [path for page, path in pointed if not (page.parent / path).exists()] == []


def test_the_picture_is_drawn_from_what_the_story_prints(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert run("import", str(ROOT / "examples" / "petra-maaike.jsonl")).code == 0
    told = run("story", "petra-maaike", **TERMINAL).out
    drawn = subprocess.run([sys.executable, ROOT / "examples" / "picture.py"], input=told, capture_output=True, text=True, check=True)
    assert drawn.stdout == (ROOT / "examples" / "story.svg").read_text(), "Draw it again: see examples/picture.py"
