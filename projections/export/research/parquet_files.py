"""Tables as Parquet, a file each, in groups of rows: types stand in the file, and what is said of the release in its metadata.

It needs `pyarrow`, of the extra `parquet`; without it there are no such files, and the rest of a package is the same.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from projections.export.research.about import About
from projections.export.research.columns import Column, Sheet
from projections.export.research.rows import Row

GROUP = 100_000
"""Cells that are held of a table. What is held of the groups that are written grows with their number."""


class ParquetFiles:
    """The tables of a folder, open for rows within its context."""

    def __init__(self, folder: Path, sheets: Sequence[Sheet], about: About) -> None:
        folder.mkdir()
        self._held = ExitStack()
        with ExitStack() as held:
            self._writers = {sheet.name: held.enter_context(_Writer(folder / f"{sheet.name}.parquet", sheet, about)) for sheet in sheets}
            self._held = held.pop_all()

    def __enter__(self) -> "ParquetFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.__exit__(kind, error, trace)

    def add(self, table: str, row: Row) -> None:
        self._writers[table].add(row)


class _Writer:
    def __init__(self, path: Path, sheet: Sheet, about: About) -> None:
        import pyarrow
        import pyarrow.parquet

        self._arrow: Any = pyarrow
        told = {b"tussenruimte": msgspec.json.encode(about.told), b"description": sheet.english.encode()}
        self._schema = pyarrow.schema([self._field(column) for column in sheet.columns], told)
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema)
        self._group = max(1, GROUP // len(sheet.columns))
        self._rows: list[Row] = []

    def _field(self, column: Column) -> Any:
        kind = {"string": self._arrow.string(), "integer": self._arrow.int64(), "number": self._arrow.float64()}[column.kind]
        return self._arrow.field(column.name, kind, column.missing, {"description": column.english, "beschrijving": column.dutch})

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None and self._rows:
                self._flush()
        finally:
            self._writer.close()

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == self._group:
            self._flush()

    def _flush(self) -> None:
        columns = [self._arrow.array(values, field.type) for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)]
        self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._rows.clear()
