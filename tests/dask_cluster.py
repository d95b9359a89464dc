"""A Dask cluster as operators run it: a scheduler, and workers as processes with an environment of their own; see `servers.py`."""

import signal
import socket
import sys
from contextlib import ExitStack
from typing import Self

from servers import Server


class Scheduler(Server):
    """Where tasks are handed in and shared out."""

    ending = signal.SIGTERM

    def _prepare(self) -> None: ...

    def _command(self) -> list[str]:
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--dashboard-address", ":0"]
        return [sys.executable, "-m", "distributed.cli.dask_scheduler", *options]

    def _answers(self) -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


class Worker(Server):
    """A machine that takes one task at a time, with settings of its own."""

    ending = signal.SIGTERM

    def __init__(self, scheduler: Scheduler, settings: dict[str, str]) -> None:
        self._scheduler = scheduler
        self._settings = settings
        super().__init__()

    def _prepare(self) -> None: ...

    def _command(self) -> list[str]:
        settings = [f"{name}={value}" for name, value in self._settings.items()]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--dashboard-address", ":0", "--local-directory", str(self.folder)]
        return ["env", *settings, sys.executable, "-m", "distributed.cli.dask_worker", self._scheduler.address, *options]

    def _answers(self) -> bool:
        return "Registered to" in self.log.read_text()


class Dask:
    """A scheduler with workers, all of the same settings."""

    def __init__(self, workers: int, settings: dict[str, str]) -> None:
        self._stack = ExitStack()
        self.scheduler = self._stack.enter_context(Scheduler())
        self.workers = [self._stack.enter_context(Worker(self.scheduler, settings)) for _ in range(workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
