"""Workers as an operator runs them: processes of their own, whose log is read as it comes. None outlives the test."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from command_line import ROOT, environment
from sent_lines import ROOT as ROOT_KEY
from store_places import Files, Place

PATIENCE_SECONDS = 60
"""Until a test gives up waiting for what should come within a few seconds."""


def eventually(holds: Callable[[], object], what: str) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < patience, f"{what} did not come about"
        time.sleep(0.05)


def settings_of(place: Place) -> dict[str, str]:
    """By which the program finds a store that a test opened."""
    key = {"TUSSENRUIMTE_ROOT_KEY": base64.b64encode(ROOT_KEY).decode()}
    if isinstance(place, Files):
        return {**key, "TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{place.path.with_name('tussenruimte.db')}"}
    return {**key, "TUSSENRUIMTE_DATABASE_URL": place.url, "TUSSENRUIMTE_KEYS_URL": place.keys_url}


class Worker:
    """`program`: other than the verb itself, what Python is to run."""

    def __init__(self, place: Place, *names: str, program: str | None = None, **settings: str) -> None:
        said = ["-c", program] if program is not None else ["-m", "tussenruimte"]
        env = environment(**settings_of(place), **settings)
        env["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        command = [sys.executable, *said, "--organisation", "buurtmaat", "work", *names]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)

    def said(self) -> list[Any]:
        """What was logged so far, without when."""
        return [json.loads(line)["event"] for line in list(self.log) if line.startswith("{")]

    def ready(self) -> "Worker":
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("Working")
        return self

    def leads(self, name: str) -> bool:
        return f"{name} leads" in self.said()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """As a supervisor ends it; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_SECONDS)
        self._reading.join()
        return code


@contextmanager
def workers(place: Place, *names: str, count: int = 1, program: str | None = None, **settings: str) -> Iterator[list[Worker]]:
    """Workers that all stand ready."""
    begun: list[Worker] = []
    try:
        for _ in range(count):
            begun.append(Worker(place, *names, program=program, **settings))
        yield [worker.ready() for worker in begun]
    finally:
        for worker in begun:
            worker.kill()
            worker._reading.join()
            assert worker.process.stdout is not None
            assert worker.process.stderr is not None
            worker.process.stdout.close()
            worker.process.stderr.close()
