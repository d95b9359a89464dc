"""Several processes and threads that make and ask keys at once get the same ones."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from domain.store.key_places import KeyFile
from domain.store.keys import Keys

PROCESS = """
import sys
from domain.store.key_places import KeyFile
from domain.store.keys import Keys
path, count = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
keys = Keys(KeyFile(path), bytes(range(32)), "buurtmaat", lambda: 0)
keys.create(f"participant/p{number}" for number in range(count))
keys.add_aliases((f"relationship/r{number}", "a", f"participant/p{number}") for number in range(count))
ring = keys.ring()
found = [ring.keys_about(f"relationship/r{number}", ["a"])[0] for number in range(count)]
print(*(key.secret.hex() for key in [ring.key("organisation"), *found]))
"""


def test_processes_that_make_the_store_and_its_keys_at_once_get_the_same(tmp_path: Path) -> None:
    home = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", PROCESS, str(tmp_path / "keys.db"), "200"]
    processes = [subprocess.Popen(command, env=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert len(set(answers[0])) == 201


def test_threads_of_one_process_share_a_store(tmp_path: Path) -> None:
    keys = Keys(KeyFile(str(tmp_path / "keys.db")), bytes(32), "buurtmaat", lambda: 0)
    found: list[set[str]] = []

    def work(number: int) -> None:
        for turn in range(30):
            owner = f"participant/t{turn}"
            keys.create([owner])
            keys.add_aliases([(f"relationship/t{turn}-{number}", "a", owner)])
            assert keys.ring().keys_about(f"relationship/t{turn}-{number}", ["a"]) == [keys.ring().key(owner)]
        found.append({keys.ring().key(f"participant/t{turn}").secret.hex() for turn in range(30)})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(one == found[0] and len(one) == 30 for one in found)
    keys.close()
