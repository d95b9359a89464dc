"""Kills processes that erase somebody, at every boundary between two steps, and looks each time whether the next one ends it well.

`python tests/erasure_kills.py --kills 500` is the long form: so many at each boundary. Each time somebody else of many is erased;
the next process goes on, and then she is erased, once, nothing of her can be read, and everybody else's text still opens.
"""

import argparse
import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sent_lines import NOON, Clock, account, initiative, match, note, opened, person, record
from store_faults import faults

from domain.store.erasure_file import ErasureFile
from domain.store.erasures import Erasures
from domain.store.key_places import DATA_KEYS, KeyFile
from domain.store.keys import Erased, Keys
from domain.store.recording import Recording
from domain.store.sqlite import SQLiteDatabase
from projections.erasing import Erasing
from projections.runner import Runner
from projections.views.filters import EventFilter
from tussenruimte import Organisation

STEPS: list[tuple[Any, str]] = [
    (Erasures, "request"),
    (Keys, "freeze"),
    (Erasures, "_counted"),
    (ErasureFile, "keep"),
    (KeyFile, "wipe_traces"),
    (Keys, "erase"),
    (Runner, "forget"),
    (SQLiteDatabase, "wipe_traces"),
    (Erasures, "left"),
    (Recording, "record_own"),
    (Erasures, "_done"),
    (Erasing, "erase"),
]
TOGETHER = 20
"""At each boundary in one store: every erasure opens all handles there are."""
BOUNDARIES = [(owner, name, after) for owner, name in STEPS for after in (False, True)]


def organisation(path: Path) -> Organisation:
    """Opened as the front door does: the ledger first."""
    store, file = opened(path), ErasureFile(path.with_name("erasures"), "buurtmaat")
    Erasures(store, file).replay()
    return Organisation(store, erasures=file)


def prepare(path: Path, people: int) -> None:
    """So many pairs, in each of which both say something and are written about."""
    with closing(opened(path)) as store:
        lines = [initiative()]
        for number in range(people):
            lines += [*person(f"giver{number}"), *person(f"receiver{number}"), match(f"r{number}", f"giver{number}", f"receiver{number}")]
            lines.append(account(f"a{number}", f"r{number}", "a", named="friendship", **note("Of the giver", "a")))
            lines.append(account(f"b{number}", f"r{number}", "b", named="help", **note("Of the receiver", "b")))
        assert not record(store, lines).refused


def dies(owner: Any, name: str, after: bool) -> Callable[..., Any]:
    """The step, with the end of the process before it or behind it."""
    step = getattr(owner, name)

    def dying(*given: Any, **named: Any) -> Any:
        if after:
            step(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return dying


def killed(path: Path, participant: str, owner: Any, name: str, after: bool) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            begun = organisation(path)
            setattr(owner, name, dies(owner, name, after))
            begun.erasing.erase(participant)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"no process came to the boundary at {name}")


def wrong(path: Path, number: int) -> list[str]:
    """What is wrong once the next process has gone on, or was asked again."""
    found = []
    with closing(organisation(path)) as next_one:
        next_one.erasing.go_on()
        asked = next_one.erasing.erase(f"giver{number}")
        if asked.certificate is None or asked.certificate["destroyed"] != {"keys": 1, "handles": 1, "sealed": 4}:
            found.append(f"the certificate says {asked.certificate}")
        shown = next_one.questions.events_by_id([f"a{number}", f"b{number}"])
        gone = {"erased": "2026-01-31"}
        if shown[f"a{number}"].data != {"voice": gone, "notes": [{"about": ["a"], "text": gone}]}:
            found.append("something of hers opens")
        if shown[f"b{number}"].data != {"named": "help", "notes": [{"about": ["b"], "text": "Of the receiver"}]}:
            found.append("something of the other's does not open")
        if next_one.questions.readings([f"r{number}"], NOON, "accounts", "a")[f"r{number}"].phase != "UNOBSERVED":
            found.append("her account is still read")
        asked_for = EventFilter(participant=f"giver{number}", types=["participant_erased"])
        events = [event.id for event in next_one.questions.event_page(10, None, asked_for).nodes]
        if events != [asked.event]:
            found.append(f"it is recorded as {events}")
        if not _is_destroyed(next_one.store.keys, f"participant/giver{number}"):
            found.append("the key is there")
    return found


def _is_destroyed(keys: Keys, owner: str) -> bool:
    with keys.place.reading() as db:
        rows = db.execute(f"SELECT wrapped FROM {db.table(DATA_KEYS)} k WHERE owner = ?", (owner,)).fetchall()
    try:
        keys.ring().key(owner)
    except Erased:
        return rows == [(None,)]
    return False


def loop(kills: int) -> list[str]:
    """Kill so many at each boundary, and give what was found wrong."""
    found = []
    for begun in range(0, kills, TOGETHER):
        with tempfile.TemporaryDirectory() as folder:
            found += in_one_store(min(TOGETHER, kills - begun), Path(folder) / "events.sqlite")
    print(f"{kills * len(BOUNDARIES)} kills at {len(BOUNDARIES)} boundaries; wrong after them: {found or 'nothing'}")
    return found


def in_one_store(kills: int, path: Path) -> list[str]:
    found, number = [], 0
    prepare(path, kills * len(BOUNDARIES))
    for _ in range(kills):
        for owner, name, after in BOUNDARIES:
            killed(path, f"giver{number}", owner, name, after)
            found += [f"{'after' if after else 'before'} {name}: {fault}" for fault in wrong(path, number)]
            number += 1
    # What was erased is shut, as it should be; the rest holds for any store.
    return found + [fault for fault in faults(path, ["a0"], clock=Clock()) if not fault.startswith("something sealed")]


def main() -> None:
    asked = argparse.ArgumentParser(description="Kill processes that erase somebody, at every boundary, and look whether it ends well.")
    asked.add_argument("--kills", type=int, default=500, help="at each boundary")
    raise SystemExit(bool(loop(asked.parse_args().kills)))


if __name__ == "__main__":
    main()
