"""The platform on SQLite files, watched: its own programs, one after the other and side by side, and what they acknowledged.

What a verb did is acknowledged when it has ended well, what was sent over HTTP when the answer has come.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
from command_line import ROOT, environment
from sent_lines import account, initiative, match, meeting, note, person

from power import shim

ENDING_SECONDS = 60
DATABASE = "tussenruimte.db"
THREADS = 2
SIZES = (1, 1, 2, 5, 20)
PEOPLE = ("anna", "bram", "cleo", "dora", "emil", "fien")
PROGRAM = ("-m", "tussenruimte")
PAIRS = {"r": ("anna", "bram"), "s": ("anna", "dora"), "t": ("dora", "bram"), "u": ("emil", "fien"), "v": ("cleo", "fien")}
STANDING = "t"
"""Whose members are never erased."""
REFUSED = 403
"""Nobody records anything any more about who is being erased."""

Batch = dict[str, bytes]
"""Lines by their ids."""


def settings_in(folder: Path) -> dict[str, str]:
    """Settings by which everything that is kept is in one folder."""
    return {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{folder / DATABASE}", "TUSSENRUIMTE_ERASURES_FILE": str(folder / "erasures")}


def beginning() -> Batch:
    """Everybody, and who meets whom."""
    lines = [
        initiative(),
        *(line for who in PEOPLE for line in person(who)),
        *(match(id, *two) for id, two in PAIRS.items()),
        *(account(f"{id}-said", id, named="both", **note("It became more.", "a")) for id in PAIRS),
    ]
    return {json.loads(line)["id"]: line for line in lines}


def meetings(name: str, size: int, relationship: str = STANDING) -> Batch:
    """A batch of which all or nothing is recorded, as its ids say."""
    ids = [f"{name}-{place}of{size}" for place in range(size)]
    return {id: meeting(id, relationship, mood="light", **note("They laughed.", "a", "b")) for id in ids}


class House:
    """`program` is what Python runs; `folder` holds nothing but the platform's files. `left`: those that a power cut has left, by name."""

    def __init__(self, around: Path, library: Path, program: Sequence[str] = PROGRAM, left: Mapping[str, bytes] | None = None) -> None:
        around = around.resolve()
        self.folder, self.log = around / "files", around / "log"
        self.folder.mkdir()
        for name, content in (left or {}).items():
            (self.folder / name).write_bytes(content)
        shim.begin(self.log, self.folder)
        self.begun = self.log.stat().st_size
        self._around = around
        self.program = program
        self._env = environment(
            PYTHONPATH=f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            LD_PRELOAD=str(library),
            POWER_FOLDER=str(self.folder),
            POWER_LOG=str(self.log),
            **settings_in(self.folder),
        )

    def verb(self, *said: str, lines: Batch | None = None) -> str:
        """Run a verb to its end; what it printed. `lines` are given to it, and acknowledged."""
        given = b"\n".join((lines or {}).values())
        done = subprocess.run([sys.executable, *self.program, *said], env=self._env, input=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()[-2_000:]
        if lines:
            self.tell(recorded=list(lines))
        return done.stdout.decode()

    def take_in(self, lines: Batch) -> None:
        self.verb("import", "-", lines=lines)

    def erase(self, participant: str) -> None:
        self.tell(erasing=[participant])
        self.verb("erase", participant, "--yes")
        self.tell(erased=[participant])

    def tell(self, **told: list[str]) -> None:
        shim.tell(self.log, **told)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve, and end as a supervisor does it; the address."""
        command = [sys.executable, *self.program, "serve", "--port", "0"]
        with (
            (self._around / "served").open("ab") as said,
            subprocess.Popen(command, env=self._env, stdout=subprocess.PIPE, stderr=said, text=True) as process,
        ):
            try:
                assert process.stdout is not None
                found = re.search(r"http://[\d.:]+", process.stdout.readline())
                assert found, (self._around / "served").read_text()
                yield found[0]
            finally:
                process.terminate()
                process.wait(ENDING_SECONDS)

    def record(self, address: str, token: str, name: str, batches: int, draw: Random) -> None:
        """Send batches, one after the other, and ask how it stands now and then, which brings the views up."""
        question = {"query": '{ relationships(first: 5) { edges { node { id reading(at: "2021-06-01") { phase } } } } }'}
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=ENDING_SECONDS) as client:
            for number in range(batches):
                lines = meetings(f"{name}-{number}", draw.choice(SIZES), draw.choice(list(PAIRS)))
                body = b"[" + b",".join(lines.values()) + b"]"
                answer = client.post("/events", content=body, headers={"Content-Type": "application/cloudevents-batch+json"})
                if answer.status_code == 200:
                    self.tell(recorded=list(lines))
                else:
                    assert answer.status_code == REFUSED, answer.text
                if not number % 5:
                    assert "errors" not in client.post("/graphql", json=question).json()


def run(house: House, name: str, batches: int, draw: Random) -> None:
    """A beginning, people who record while somebody is erased and all is read anew, an import, and an erasure with nobody beside it.

    `name` tells what is recorded from that of another run on the same files."""
    house.take_in(beginning())
    token = json.loads(house.verb("--json", "token", "create"))["token"]
    with house.served() as address, ThreadPoolExecutor(THREADS) as pool:
        names = [f"{name}t{number}" for number in range(THREADS)]
        working = [pool.submit(house.record, address, token, one, batches, Random(draw.random())) for one in names]
        house.erase("anna")
        house.verb("rebuild")
        for one in working:
            one.result()
    house.take_in(meetings(f"{name}i", 20 * batches))
    house.erase("cleo")
