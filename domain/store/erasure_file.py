"""Who was erased, in a file apart from the databases: what was erased stays so when both of them come back from an old copy.

A line is written, and is on the disk, before a key is destroyed. Only ids stand there and days. The file belongs on another disk than the
databases, and in none of their backups.
"""

import fcntl
import os
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from eventsourcing.persistence import OperationalError
from msgspec import Meta, Struct

from domain.model.words import Id
from domain.store.disk import sync_folder


class LedgerLost(OperationalError):
    """The file cannot be read or written. Nothing may be opened until it can: somebody who was erased might come back."""


class _Line(Struct, frozen=True):
    organisation: str
    participant: Id
    requested: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]


_lines = msgspec.json.Decoder(_Line)


def _append(file: BinaryIO, line: bytes) -> None:
    """A last line that was broken off gives way."""
    held = file.read()
    end = held.rfind(b"\n") + 1
    if _is_whole(held[end:]):
        line = b"\n" + line
    else:
        file.truncate(end)
    file.seek(0, os.SEEK_END)
    file.write(line)
    file.flush()


def _is_whole(line: bytes) -> bool:
    try:
        _lines.decode(line)
    except msgspec.MsgspecError:
        return False
    return True


class ErasureFile:
    """The erasures of one organisation; several may share the file. `required`: it is there from the first start."""

    def __init__(self, path: Path, organisation: str, required: bool = False) -> None:
        self.path = path
        self.required = required
        self._organisation = organisation

    def read(self) -> dict[str, str]:
        """The day on which it was asked for, by participant. Raises `LedgerLost`."""
        try:
            raw = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise LedgerLost(f"{self.path}, where the erasures are kept, cannot be read: {error.strerror}") from error
        # A last line without its end was broken off, so that no key was destroyed after it; one that is whole counts all the same.
        *whole, last = raw.split(b"\n")
        whole += [last] if _is_whole(last) else []
        found: dict[str, str] = {}
        for number, line in enumerate(whole, 1):
            if not line:
                continue
            try:
                told = _lines.decode(line)
            except msgspec.MsgspecError:
                raise LedgerLost(
                    f"{self.path}:{number} tells of no erasure. Put the file back from a copy, or mend the line: nothing is opened before."
                ) from None
            if told.organisation == self._organisation:
                found[told.participant] = told.requested
        return found

    def check(self, begun: bool) -> None:
        """See that the file is there, which is made before anything is recorded: a missing one does not say that nobody was erased. Raises
        `LedgerLost`."""
        if self.path.exists():
            return
        if begun:
            raise LedgerLost(
                f"{self.path}, where the erasures are kept, is not there, and nothing is opened: somebody who was erased might come back."
                " Put it back, as by mounting its disk. Where it was not set until now, make it first: an empty file."
            )
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            sync_folder(self.path.parent)
        except OSError as error:
            raise LedgerLost(f"{self.path}, where the erasures are kept, cannot be made: {error.strerror}") from error

    def keep(self, participant: str, requested: str) -> None:
        """Write it down, once, and see that it is on the disk. Raises `LedgerLost`.

        Who wrote it and was killed may not have waited for the disk."""
        line = msgspec.json.encode(_Line(self._organisation, participant, requested)) + b"\n"
        told = participant in self.read()
        try:
            with open(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not told:
                    _append(file, line)
                os.fsync(file.fileno())
            sync_folder(self.path.parent)
        except OSError as error:
            raise LedgerLost(f"{self.path}, where the erasures are kept, cannot be written: {error.strerror}") from error
