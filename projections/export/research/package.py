"""A release as a folder of files, written in one pass over it: of its relationships one is held at a time.

The same revision gives the same bytes in every file. The folder has the name it was asked for only when it is whole.
"""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from domain.store.checks import Unusable
from domain.store.disk import sync_folder
from domain.store.log import Log
from projections.export.research.about import TERMS, About, terms
from projections.export.research.codebook import codebook
from projections.export.research.columns import Sheet, sheets
from projections.export.research.crate import METADATA, crate
from projections.export.research.csv_files import CsvFiles
from projections.export.research.datapackage import datapackage
from projections.export.research.graphml import GraphFiles
from projections.export.research.ocel import OcelFile
from projections.export.research.parquet_files import ParquetFiles
from projections.export.research.rows import rows
from projections.export.research.scripts import python_script, r_script
from projections.export.research.xes import XesFile
from projections.releasing import HERE, Given, Releasing, head, line
from projections.segments.files import can_write
from projections.views.released import Where
from projections.views.scope import Scope

Progress = Callable[[str, int, int | None], None]


def write(
    releasing: Releasing, log: Log, scope: Scope, number: int, folder: Path, format: str, progress: Progress, where: Where = HERE
) -> About:
    """Write a release into a new folder. What broke off leaves nothing, and was given to nobody. Raises `Refused`, `Unusable`."""
    if folder.exists():
        raise Unusable(f"{folder} is there already. An export never writes over another: name a new folder.")
    making = folder.with_name(f"{folder.name}.part")
    try:
        making.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise Unusable(f"{making} is there already, of an export that broke off or goes on. Remove it, or wait.") from None
    try:
        with releasing.given(scope, number, format, where) as given:
            about = about_of(given, log)
            _write(given, about, making, progress)
        sync_folder(making)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return about


def about_of(given: Given, log: Log) -> About:
    """What a package says of itself."""
    release = given.out.release
    with log.database.reading() as connection:
        signed = log.signed_by(connection, release.made, release.position)
    # Signatures come in later too, and the same revision is to give the same bytes.
    checkpoint = signed.note.decode().partition("\n\n")[0] + "\n" if signed is not None else None
    return About(given.found.project.purpose, release, given.revision, given.found.longest, checkpoint)


def _write(given: Given, about: About, folder: Path, progress: Progress) -> None:
    found, tables = given.found, sheets(about.points, about.release.step)
    with ExitStack() as held:
        whole = held.enter_context((folder / "release.jsonl").open("wb"))
        files: list[CsvFiles | ParquetFiles] = [held.enter_context(CsvFiles(folder, tables))]
        if can_write():
            files.append(held.enter_context(ParquetFiles(folder / "parquet", tables, about)))
        whole.write(head(about.release))
        logs: list[OcelFile | XesFile | GraphFiles] = [
            held.enter_context(OcelFile(folder / "moves.ocel.json", about)),
            held.enter_context(XesFile(folder / "moves.xes", about)),
            held.enter_context(GraphFiles(folder / "graphs", about, given.fewest)),
        ]
        for done, told in enumerate(found, 1):
            whole.write(line(told))
            for log in logs:
                log.add(told)
            for table, row in rows(told, about.points):
                for file in files:
                    file.add(table, row)
            progress("export", done, found.relationships)
    for name, text in _texts(about, tables, folder).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    # At last: it names all others.
    (folder / METADATA).write_text(_json(crate(about, folder)), encoding="utf-8", newline="\n")


def _texts(about: About, tables: Sequence[Sheet], folder: Path) -> dict[str, str]:
    sums = {one.name: _md5(folder / f"{one.name}.csv") for one in tables}
    return {
        "datapackage.json": _json(datapackage(about, tables)), "codebook.md": codebook(about, tables), TERMS: terms(about),
        "load.R": r_script(about, tables, sums), "load.py": python_script(about),
    }  # fmt: skip


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _json(said: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(said)).decode() + "\n"
