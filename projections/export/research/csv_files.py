"""Tables as CSV (RFC 4180, UTF-8, lines that end in a line feed): a file each, written row by row.

A text that a spreadsheet would take for a formula stands behind an apostrophe. None of a release begins so by itself, but what an
initiative may call its kind is not for this module to know.
"""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from projections.export.research.columns import Sheet
from projections.export.research.rows import Row

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvFiles:
    """The tables of a folder, open for rows within its context."""

    def __init__(self, folder: Path, sheets: Sequence[Sheet]) -> None:
        self._held = ExitStack()
        self._writers: dict[str, Any] = {}
        with ExitStack() as held:
            for sheet in sheets:
                file = held.enter_context((folder / f"{sheet.name}.csv").open("w", encoding="utf-8", newline=""))
                self._writers[sheet.name] = csv.writer(file, lineterminator="\n")
                self._writers[sheet.name].writerow([column.name for column in sheet.columns])
            self._held = held.pop_all()

    def __enter__(self) -> "CsvFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    def add(self, table: str, row: Row) -> None:
        self._writers[table].writerow([safe(value) if isinstance(value, str) else value for value in row])


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
