"""A program that cannot outlive the process that started it, however that process ends: done, interrupted, or killed.

A watcher of its own starts it and reads from a pipe that only the starting process holds; when the pipe closes, the watcher ends the
program and removes its folder. That works on every system and in every thread, which a signal at the parent's death does not.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

PATIENCE_SECONDS = 10


class Tethered:
    """A running program. What it prints is added to a log file; with the tether cut, also its folder goes.

    `ending` is the signal that ends it at once; `user` is who it runs as, where this process may choose that."""

    def __init__(self, command: Sequence[str], folder: Path, log: Path, ending: signal.Signals, user: int | None = None) -> None:
        with log.open("ab") as told:
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, str(folder), ending.name, "" if user is None else str(user), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                start_new_session=True,  # Ctrl-C is for the tests; what they need until their end is not interrupted.
            )
        assert self._watcher.stdout is not None
        started = self._watcher.stdout.readline()
        if not started:
            raise RuntimeError(f"{command[0]} could not be started: {log.read_text()[-2_000:]}")
        self.pid = int(started)

    def running(self) -> bool:
        return self._watcher.poll() is None

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self) -> None:
        """Until the program has ended. Its folder stays."""
        self._watcher.wait(60)
        self._close()

    def cut(self) -> None:
        """As if this process had ended."""
        self._close()
        self._watcher.wait(60)

    def _close(self) -> None:
        for pipe in (self._watcher.stdin, self._watcher.stdout):
            if pipe is not None:
                pipe.close()


def watch(folder: str, ending: str, user: str, *command: str) -> None:
    """What the watcher does: its standard input is the tether."""
    who = {"user": int(user), "group": int(user), "extra_groups": []} if user else {}
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, **who)
    print(program.pid, flush=True)
    cut = threading.Event()

    def end_with_the_program() -> None:
        program.wait()
        if not cut.is_set():
            os._exit(0)

    threading.Thread(target=end_with_the_program, daemon=True).start()
    sys.stdin.buffer.read()
    cut.set()
    program.send_signal(signal.Signals[ending])
    program.send_signal(signal.SIGCONT)
    try:
        program.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(*sys.argv[1:])
