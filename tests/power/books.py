"""What must be found after a power cut, from what was acknowledged before it, as a list of what is not.

A store is opened as the next process opens it. Whoever was being erased is gone on with; of nobody whose erasure was acknowledged, or is
by then, may a byte be there with which something of theirs could be opened or their relationships told, in any file.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from unittest.mock import patch

import click
from command_line import environment
from store_faults import chain, lost, view_rows

from domain.store.places import keys_path
from domain.store.store import EventStore
from power.disk import Disk
from power.house import DATABASE, settings_in
from power.shim import Done
from projections import soundness
from projections.export.settings import settings
from projections.export.terminal import TOLD
from projections.views.histories import MEMBERS
from tussenruimte import Organisation, open_organisation

Traces = dict[str, set[bytes]]
"""What opens something of a participant, or says where they are, byte for byte."""


def opened(folder: Path) -> Organisation:
    """As a verb of the program opens it that may make what is not there yet."""
    verb = click.Command("look")
    with patch.dict(os.environ, environment(**settings_in(folder)), clear=True), click.Context(verb):
        return open_organisation(settings(), new=True)


class Books:
    """What was acknowledged up to a moment of a run. `folder` is for stores that are looked at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.recorded: set[str] = set()
        self.erased: set[str] = set()
        self.traces: Traces = {}
        """Of everybody for whom an erasure was asked."""

    def copied(self) -> "Books":
        """To be gone on with, when from here on something else happens."""
        other = Books(self._folder)
        other.recorded, other.erased, other.traces = set(self.recorded), set(self.erased), dict(self.traces)
        return other

    def take(self, done: Done, disk: Disk) -> None:
        """What was heard. From the files as they are just then is read what must go of who is to be erased."""
        told = done.told
        self.recorded.update(told.get("recorded", ()))
        self.erased.update(told.get("erased", ()))
        for participant in set(told.get("erasing", ())) - self.traces.keys():
            with self._laid_out(disk.images("there", Random())) as folder:
                self.traces[participant] = traces(folder, participant)

    def faults(self, images: dict[str, bytes]) -> list[str]:
        """What is wrong with what a power cut has left."""
        with self._laid_out(images) as folder:
            return self._faults(folder)

    def _faults(self, folder: Path) -> list[str]:
        found = [f"{who} is back in {name}" for who in self.erased for name in self._back(folder, who)]
        try:
            with closing(opened(folder)) as organisation:
                begun = {one.participant for one in organisation.erasing.ledger.all()}
                found += [f"{who} is erased, and nobody asked for it" for who in begun - self.traces.keys()]
                organisation.erasing.go_on()
                found += [f"{who} is left in {name}" for who in begun for name in self._back(folder, who)]
                found += [*_of_erased(organisation, self.erased), *_of_store(organisation, self.recorded)]
        except TOLD as error:
            return [*found, f"it does not open: {error}"]
        return found

    @contextmanager
    def _laid_out(self, images: dict[str, bytes]) -> Iterator[Path]:
        self._folder.mkdir()
        for name, content in images.items():
            (self._folder / name).write_bytes(content)
        try:
            yield self._folder
        finally:
            shutil.rmtree(self._folder)

    def _back(self, folder: Path, who: str) -> list[str]:
        """The files in which something is found that was destroyed."""
        found = {file.name: file.read_bytes() for file in folder.iterdir()}
        return [name for name, content in found.items() if any(trace in content for trace in self.traces[who])]


def traces(folder: Path, participant: str) -> set[bytes]:
    """Their wrapped key, what is sealed in the aliases of their handles, and their row in the view of members."""
    with closing(opened(folder)) as organisation:
        handles = organisation.store.keys.streams_of(f"participant/{participant}")
        with organisation.store.reading() as connection:
            members = connection.table(MEMBERS, organisation.runner.generation(connection))
            query = f"SELECT relationship, handle FROM {members} m WHERE participant = ?"
            rows = [f"{relationship}{handle}{participant}".encode() for relationship, handle in connection.execute(query, (participant,))]
        with closing(sqlite3.connect(keys_path(folder / DATABASE))) as keys:
            (key,) = keys.execute("SELECT wrapped FROM data_keys WHERE owner = ?", (f"participant/{participant}",)).fetchone()
            query = "SELECT sealed_owner FROM aliases WHERE stream = ? AND handle = ?"
            aliases = [sealed for place in handles for (sealed,) in keys.execute(query, place)]
    found = {key, *aliases, *rows}
    assert len(found) == 1 + 2 * len(handles), "somebody is erased whom nobody knows yet"
    stored = b"".join(file.read_bytes() for file in folder.iterdir())
    assert all(trace in stored for trace in found)
    return found


def _of_erased(organisation: Organisation, erased: set[str]) -> list[str]:
    """What can still be had of those whose erasure was acknowledged, and of those who were gone on with."""
    ledger = organisation.erasing.ledger
    known = {one.participant: one for one in ledger.all()}
    found = [f"the erasure of {who} was acknowledged and is lost" for who in erased - known.keys()]
    for who, one in known.items():
        with organisation.store.reading() as connection:
            left = {
                **ledger.left(one, organisation.store.keys.streams_of(one.owner)),
                "views": organisation.runner.named(connection, [who]),
            }
        if ledger.state(one) != "erased" or any(left.values()):
            found.append(f"{who} is {ledger.state(one)}, and of them is left: {left}")
    return found


def _of_store(organisation: Organisation, recorded: set[str]) -> list[str]:
    store: EventStore = organisation.store
    with store.reading() as connection:
        found = [*lost(connection, recorded), *chain(connection)]
    told = soundness.examine(store, organisation.runner, lambda done, of: None)
    found += [f"{one.name}: {one.detail}" for one in told if not one.sound]
    live = view_rows(store, organisation.runner)
    organisation.runner.rebuild()
    fresh = view_rows(store, organisation.runner)
    return found + [f"the view {name} is not what a rebuild makes of it" for name in live if live[name] != fresh[name]]
