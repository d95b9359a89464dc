"""A release of more relationships needs no more memory: what is known of each goes to the disk, or is let go of.

What Python holds at the most is measured, with everything that is held in pages in small ones, so that few relationships fill them.
"""

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from exported_research import EVA, SCOPE
from research_house import ROOT, WHO, contact, somebody
from sent_lines import Clock, initiative, record
from store_places import Files

from domain.store import ring
from domain.store.accesses import viewed_by
from projections import releasing
from projections.export.research import package, parquet_files
from projections.views import released
from projections.views.roll import Roll
from tussenruimte import Organisation

FEW, MANY = 100, 600
MORE = 100
"""Bytes of memory that a further relationship may take. Its id and its pseudonym, as Python has them, take more."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, size in (
        (released, "PAGE", 5), (released.Here, "at_once", 5), (ring, "HELD", 20), (parquet_files, "GROUP", 100), (releasing, "LOOKS", 10),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, size)


@contextmanager
def organisation_of(relationships: int, folder: Path) -> Iterator[Organisation]:
    """Nobody is in two of them."""
    folder.mkdir()
    with closing(Files(folder / "house.db").open(ROOT, SCOPE.organisation, Clock())) as store:
        pairs = [(f"giver-{number}", f"receiver-{number}") for number in range(relationships)]
        people = [line for pair in pairs for who in pair for line in somebody(who, "research")]
        met = [line for number, pair in enumerate(pairs) for line in contact(f"contact-{number}", *pair, "2021-03-01")]
        outcome = record(store, [initiative("home-one"), *people, *met])
        assert not outcome.refused
        organisation = Organisation(store)
        organisation.runner.rebuild()
        organisation.projects.create("study", "To learn.", WHO, until="2021-03-20")
        yield organisation


def peaks(relationships: int, folder: Path) -> tuple[int, int]:
    """The most bytes that Python held to freeze a release, and what it holds when all of it is written but the end."""
    held = 0

    def heard(_: str, done: int, of: int | None) -> None:
        nonlocal held
        if done == of:
            gc.collect()
            held = tracemalloc.get_traced_memory()[0]

    with organisation_of(relationships, folder) as organisation, viewed_by(EVA):
        tracemalloc.start()
        try:
            organisation.releasing.release(SCOPE, ["evidence"])
            freezing = tracemalloc.get_traced_memory()[1]
            package.write(organisation.releasing, organisation.log, SCOPE, 1, folder / "out", "folder", heard)
        finally:
            tracemalloc.stop()
    return freezing, held


def test_memory_stays_flat_however_many_relationships_there_are(tmp_path: Path) -> None:
    peaks(5, tmp_path / "first")
    few, many = peaks(FEW, tmp_path / "few"), peaks(MANY, tmp_path / "many")
    more = [round((grown - held) / (MANY - FEW)) for held, grown in zip(few, many, strict=True)]
    assert max(more) <= MORE, "bytes a relationship, of freezing and of writing"


def test_a_roll_is_in_the_order_of_pseudonyms_and_counts_each_person_once() -> None:
    with closing(Roll()) as found:
        for number in range(7):
            found.add(f"r-{number * 3 % 7}", f"contact-{number * 3 % 7}", [f"person-{number}", f"person-{number + 1}"], number)
        assert list(found.pages(3)) == [["contact-0", "contact-1", "contact-2"], ["contact-3", "contact-4", "contact-5"], ["contact-6"]]
        assert (found.relationships, found.persons, found.longest) == (7, 8, 6)


def test_a_roll_tells_of_nobody_on_the_disk() -> None:
    """Nor have two of them anything in common but pseudonyms."""
    kept = []
    for _ in range(2):
        with closing(Roll()) as found:
            found.add("r-pseudonym", "contact-of-anna", ["anna", "bram"], 1)
            written = found._table.serialize()
            assert not [word for word in (b"anna", b"bram", b"contact-of") if word in written]
            assert b"r-pseudonym" in written, "the control: what stands there is found"
            rows = [row for table in ("relationships", "people") for row in found._table.execute(f"SELECT * FROM {table}")]
            kept.append({value for row in rows for value in row})
    assert kept[0] & kept[1] == {"r-pseudonym"}
