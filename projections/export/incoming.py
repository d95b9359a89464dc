"""What comes in by files: line by line, whatever their size, and of one too long to be an event only the beginning."""

from collections.abc import Iterable, Iterator
from typing import IO

import click

from domain.model.envelope import EVENT_LIMIT
from domain.store.staging import Line

LONGEST = EVENT_LIMIT + 2


def lines_of(files: Iterable[str]) -> Iterator[tuple[Line, bytes]]:
    """The lines of all files that are not blank. Of one too long to be an event only the beginning is kept."""
    for name in files:
        with click.open_file(name, "rb") as file:
            for number, raw in enumerate(_cut(file), 1):
                line = (raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw).strip()
                if line:
                    yield Line(name, number), line


def _cut(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST)
        yield line
