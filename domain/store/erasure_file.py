"""Who was erased, in a file apart from the databases: what was erased stays so when both of them come back from an old copy.

A line is written, and is on the disk, before a key is destroyed. Only ids stand there and days. The file belongs on another disk than the
databases, and in none of their backups.
"""

import fcntl
import os
from pathlib import Path
from typing import Annotated

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


def _is_whole(line: bytes) -> bool:
    try:
        _lines.decode(line)
    except msgspec.MsgspecError:
        return False
    return True


class ErasureFile:
    """The erasures of one organisation; several may share the file."""

    def __init__(self, path: Path, organisation: str) -> None:
        self.path = path
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

    def add(self, participant: str, requested: str) -> None:
        """Write it down, and see that it is on the disk. Raises `LedgerLost`."""
        line = msgspec.json.encode(_Line(self._organisation, participant, requested)) + b"\n"
        try:
            new = not self.path.exists()
            with open(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                # A last line that was broken off gives way.
                held = file.read()
                end = held.rfind(b"\n") + 1
                if _is_whole(held[end:]):
                    line = b"\n" + line
                else:
                    file.truncate(end)
                file.seek(0, os.SEEK_END)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            if new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise LedgerLost(f"{self.path}, where the erasures are kept, cannot be written: {error.strerror}") from error
