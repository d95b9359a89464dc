"""What is there for as long as a process lives is not looked through for garbage: each look takes longer than most of what is asked."""

import subprocess
import sys
from pathlib import Path

from command_line import environment

VERB = """
import gc
import tussenruimte

tussenruimte.cli = lambda prog_name: print(gc.get_freeze_count(), len(gc.get_objects()))
tussenruimte.main()
"""
SERVER = """
import gc
from api.direct import Server
from tussenruimte import cli

def run(self, sockets):
    print(gc.get_freeze_count(), len(gc.get_objects()))

Server.run = run
cli(["serve", "--port", "0"])
"""


def settled_and_looked_through(script: str, folder: Path) -> tuple[int, int]:
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    settled, looked_through = map(int, done.stdout.splitlines()[-1].split())
    return settled, looked_through


def test_what_a_verb_begins_with_is_not_looked_through(tmp_path: Path) -> None:
    settled, looked_through = settled_and_looked_through(VERB, tmp_path)
    assert settled > 50 * looked_through


def test_what_a_server_begins_with_is_not_looked_through_again(tmp_path: Path) -> None:
    """It is some hundred thousand objects, and while it is looked through nobody is answered."""
    settled, looked_through = settled_and_looked_through(SERVER, tmp_path)
    assert settled > 50 * looked_through
