"""A child that has ended and was not waited for yet is no longer one that can be asked or killed."""

import os
import subprocess

import psutil
from families import children_called, families


def test_a_child_that_ends_while_it_is_looked_at_is_passed_over() -> None:
    with subprocess.Popen(["sleep", "61"]) as alive, subprocess.Popen(["sleep", "0"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(ended.pid).status() == psutil.STATUS_ZOMBIE
        assert [child.pid for child in children_called(os.getpid(), "sleep")] == [alive.pid]
        alive.kill()


def test_a_process_that_has_gone_has_no_family() -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    with subprocess.Popen(["sleep", "61"]) as alive:
        assert [one.pid for one in families([gone.pid, alive.pid])] == [alive.pid]
        alive.kill()
