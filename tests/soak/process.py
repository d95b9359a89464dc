"""A process that is started again whenever it ends, as a supervisor does it, until the soak is done with it."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from command_line import ROOT, environment
from tethered import Tethered

ENDING_SECONDS = 40
"""Longer than a server waits for its requests."""
PAUSE_SECONDS = 0.05


class Process:
    """`said` are the arguments to Python of each start, by its number. What it prints is in `log`."""

    def __init__(self, name: str, folder: Path, said: Callable[[int], Sequence[str]], settings: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.starts = 0
        self._said = said
        clean = environment(PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}", **settings)
        self._env = [f"{key}={value}" for key, value in clean.items()]
        self._guard = threading.Lock()
        self._ending = threading.Event()
        self._program = self._started()
        self._thread = threading.Thread(target=self._supervise, name=name, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        with self._guard:
            return self._program.pid

    def kill(self) -> None:
        with self._guard:
            self._send(signal.SIGKILL)

    def signal_end(self) -> None:
        """As a supervisor ends it; it is not started again."""
        self._ending.set()
        self._thread.join()
        self._send(signal.SIGTERM)

    def ended(self) -> bool:
        """Wait until it has ended; whether it did so by itself."""
        limit = time.monotonic() + ENDING_SECONDS
        while self._program.running() and time.monotonic() < limit:
            time.sleep(PAUSE_SECONDS)
        if by_itself := not self._program.running():
            self._program.wait()
        else:
            self._program.cut()
        return by_itself

    def _send(self, number: signal.Signals) -> None:
        if self._program.running():
            with suppress(ProcessLookupError):
                self._program.send(number)

    def _started(self) -> Tethered:
        self.starts += 1
        own = self.log.with_suffix("")
        own.mkdir(exist_ok=True)
        return Tethered(["env", "-i", *self._env, sys.executable, *self._said(self.starts)], own, self.log, signal.SIGKILL)

    def _supervise(self) -> None:
        while not self._ending.wait(PAUSE_SECONDS):
            with self._guard:
                if not self._program.running():
                    self._program.wait()
                    self._program = self._started()
