"""Imports by the command line, one after the other, for a house of one process: a file that was not taken is imported again until it is."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from command_line import ROOT, environment
from sent_lines import generated

from soak.recorder import Book

LINES = 200
PAUSE_SECONDS = 0.5


class Imports:
    """`said` are the arguments to Python."""

    def __init__(self, book: Path, said: Sequence[str], settings: Mapping[str, str]) -> None:
        self._command = [sys.executable, *said]
        self._env = environment(PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}", **settings)
        self._book = Book(book)
        self._ending = threading.Event()
        self._running: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._go_on, name="imports", daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Where one runs just now."""
        if self._running is not None:
            self._running.kill()

    def end(self) -> None:
        """When the file that is being imported is recorded."""
        self._ending.set()
        self._thread.join()

    def _go_on(self) -> None:
        for number in count():
            lines = list(generated(LINES, f"import{number}-"))
            while not self._import(b"\n".join(lines)):
                self._ending.wait(PAUSE_SECONDS)
            self._book.note([json.loads(line)["id"] for line in lines])
            if self._ending.wait(PAUSE_SECONDS):
                return

    def _import(self, lines: bytes) -> bool:
        """Whether it was acknowledged. What is refused is noted, which nothing of it may be."""
        with subprocess.Popen(
            self._command, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as self._running:
            _, said = self._running.communicate(lines)
        told = said.decode()
        if any(line.startswith("-:") for line in told.splitlines()):
            self._book.note([f"! {told}"])
        return self._running.returncode == 0
