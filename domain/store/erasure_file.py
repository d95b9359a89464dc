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


class _Line(Struct, frozen=True, omit_defaults=True):
    """Who is erased, and when that was asked for; without the two, that an organisation keeps its erasures here."""

    organisation: str
    participant: Id | None = None
    requested: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")] | None = None


_lines = msgspec.json.Decoder(_Line)


def _append(file: BinaryIO, line: bytes) -> None:
    """A last line that was broken off gives way."""
    held = file.read()
    end = held.rfind(b"\n") + 1
    if _read(held[end:]) is not None:
        line = b"\n" + line
    else:
        file.truncate(end)
    file.seek(0, os.SEEK_END)
    file.write(line)
    file.flush()


def _read(line: bytes) -> _Line | None:
    """None where it is not whole."""
    try:
        found = _lines.decode(line)
    except msgspec.MsgspecError:
        return None
    return found if (found.participant is None) == (found.requested is None) else None


class ErasureFile:
    """The erasures of one organisation; several may share the file. `required`: it is there from the first start."""

    def __init__(self, path: Path, organisation: str, required: bool = False) -> None:
        self.path = path
        self.required = required
        self._organisation = organisation

    def read(self) -> dict[str, str]:
        """The day on which it was asked for, by participant. Raises `LedgerLost`."""
        return {line.participant: line.requested for line in self._own() if line.participant is not None and line.requested is not None}

    def _own(self) -> list[_Line]:
        try:
            raw = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise LedgerLost(f"{self.path}, where the erasures are kept, cannot be read: {error.strerror}") from error
        # A last line without its end was broken off, so that no key was destroyed after it; one that is whole counts all the same.
        *whole, last = raw.split(b"\n")
        whole += [last] if _read(last) is not None else []
        found = []
        for number, line in enumerate(whole, 1):
            if not line:
                continue
            if (told := _read(line)) is None:
                raise LedgerLost(
                    f"{self.path}:{number} tells of no erasure. Put the file back from a copy, or mend the line: nothing is opened before."
                )
            if told.organisation == self._organisation:
                found.append(told)
        return found

    def check(self, begun: bool) -> None:
        """See that the file tells of the organisation, whose line stands there before anything is recorded: one that is missing, or is
        another's, does not say that nobody was erased. Raises `LedgerLost`."""
        if self._own():
            return
        if begun:
            line = msgspec.json.encode(_Line(self._organisation)).decode()
            wrong = "tells nothing of this organisation" if self.path.exists() else "is not there"
            raise LedgerLost(
                f"{self.path}, where the erasures are kept, {wrong}, and nothing is opened: somebody who was erased"
                " might come back. Put it back, as by mounting its disk."
                f" Where it was not set until now, copy `<database>.erasures` there, if there is one, or add the line {line} to it."
            )
        self._write(_Line(self._organisation), make=True)

    def keep(self, participant: str, requested: str) -> None:
        """Write it down, once, and see that it is on the disk. Raises `LedgerLost`.

        Who wrote it and was killed may not have waited for the disk."""
        told = participant in self.read()
        self._write(None if told else _Line(self._organisation, participant, requested), make=not self.required)

    def _write(self, line: _Line | None, make: bool) -> None:
        try:
            with open(os.open(self.path, os.O_RDWR | (os.O_CREAT if make else 0), 0o600), "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if line is not None:
                    _append(file, msgspec.json.encode(line) + b"\n")
                os.fsync(file.fileno())
            sync_folder(self.path.parent)
        except OSError as error:
            raise LedgerLost(f"{self.path}, where the erasures are kept, cannot be written: {error.strerror}") from error
