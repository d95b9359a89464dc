"""A backup brings back all that was recorded, to the byte, and nobody who was erased since it was made."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from command_line import refused, run_within
from sent_lines import ROOT, Clock, initiative, opened, record
from servers import NamedPostgres, Postgres
from store_places import Databases, Files, Place
from test_erasing import data_of, history
from turned_stores import SPANS

from domain.model.time import DAY
from domain.store import backup
from domain.store.accesses import Access, Entry, Viewer, stored
from domain.store.checks import Unusable
from domain.store.database import EVENTS, Connection, Lock
from domain.store.erasure_file import ErasureFile, LedgerLost
from domain.store.erasures import Erasures
from domain.store.keys import ORGANISATION, RootKeyError
from domain.store.store import EventStore
from domain.store.turning import Spans, Turning, check_epochs
from projections.soundness import examine
from projections.views.answers import RecordedEvent
from tussenruimte import Organisation

GONE = {"erased": "2026-01-31"}


def unheard(step: str, count: int) -> None:
    """Nobody asks how far it is."""


def rows_of(store: EventStore) -> list[tuple[Any, ...]]:
    with store.reading() as connection:
        columns = ", ".join(EVENTS.columns)
        return connection.execute(f"SELECT {columns} FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()


def told(organisation: Organisation) -> list[RecordedEvent]:
    organisation.runner.rebuild()
    with organisation.questions.snapshot() as snapshot:
        return list(snapshot.events_at(list(range(1, snapshot.upto + 1))).values())


@pytest.fixture
def file(tmp_path: Path) -> ErasureFile:
    return ErasureFile(tmp_path / "elsewhere.erasures", "buurtmaat")


@pytest.fixture
def begun(place: Place, file: ErasureFile) -> Iterator[Organisation]:
    with closing(Organisation(opened(place), erasures=file)) as organisation:
        record(organisation.store, history())
        yield organisation


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres | NamedPostgres) -> Place:
    """Where it is brought back, be it in the other kind of database."""
    if request.param == "sqlite":
        return Files(tmp_path / "other.db")
    found = Databases(postgres, "brought_back")
    found.empty()
    return found


def test_a_backup_brings_back_every_byte_that_was_recorded_on_either_kind_of_database(
    begun: Organisation, other: Place, tmp_path: Path
) -> None:
    made = backup.save(begun.store, tmp_path / "copy", unheard)
    before, rows = told(begun), rows_of(begun.store)
    with closing(Organisation(opened(other))) as brought:
        assert backup.load(brought.store, tmp_path / "copy", unheard, SPANS) == made
        assert rows_of(brought.store) == rows
        assert told(brought) == before
        assert record(brought.store, [history()[-1]]).already == 1


def test_what_a_worker_did_and_somebody_set_in_the_empty_place_gives_way(begun: Organisation, other: Place, tmp_path: Path) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    clock = Clock()
    with closing(Organisation(opened(other, clock=clock))) as brought:
        brought.retention.keep(12)
        for _ in range(10):
            clock.now += 7 * DAY
            while Turning(brought.store, SPANS).step():
                pass
        clock.now -= 70 * DAY
        backup.load(brought.store, tmp_path / "copy", unheard, SPANS)
        check_epochs(brought.store)
        assert brought.retention.months() is None
        assert told(brought) == told(begun)


def looks(organisation: Organisation) -> list[tuple[int, Entry]]:
    with organisation.store.reading() as connection:
        return stored(connection)


def test_who_looked_at_an_empty_place_stands_behind_who_looked_before(begun: Organisation, other: Place, tmp_path: Path) -> None:
    before, after = Viewer("token/before", "administrator"), Viewer("token/after", "administrator")
    begun.store.accesses.write(before, [Access("relationship/r", ("notes",))])
    begun.roster.invite("k", "coordinator", before)
    begun.access_log.sign()
    backup.save(begun.store, tmp_path / "copy", unheard)
    with closing(Organisation(opened(other))) as brought:
        brought.roster.invite("k", "administrator", after)
        brought.store.accesses.write(after, [Access("participant/anna", ("names",))])
        brought.access_log.sign()
        token = brought.tokens.create()
        backup.load(brought.store, tmp_path / "copy", unheard, SPANS)
        was, now = looks(begun), looks(brought)
        assert now[: len(was)] == was
        behind = [(entry.by, entry.place) for _, entry in now[len(was) :]]
        assert behind == [("token/after", "member/k"), ("token/after", "participant")]
        assert [(one.id, one.role) for one in brought.roster.all()] == [("k", "coordinator")]
        assert brought.tokens.check(token, brought.store.clock()) is None
        brought.access_log.sign()
        brought.runner.rebuild()
        assert [found.name for found in examine(brought.store, brought.runner, unheard_of) if not found.sound] == []


def unheard_of(done: int, of: int | None) -> None:
    """Nobody asks how far it is."""


def test_who_was_erased_since_a_backup_is_erased_again_before_anything_is_opened(
    begun: Organisation, other: Place, file: ErasureFile, tmp_path: Path
) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    begun.erasing.erase("anna")
    with closing(Organisation(opened(other), erasures=file)) as brought:
        backup.load(brought.store, tmp_path / "copy", unheard, SPANS)
        # Without the replay it would be there again.
        assert data_of(brought, "r-match")["members"][0]["participant"] == "anna"
        assert brought.erasing.ledger.replay() == 1
        assert brought.erasing.ledger.replay() == 0
        assert data_of(brought, "said-by-anna")["voice"] == {"sealed": True}
        assert brought.erasing.go_on() == 1
        assert data_of(brought, "said-by-anna")["voice"] == GONE
        assert brought.erasing.erase("anna").certificate == begun.erasing.erase("anna").certificate


def test_a_restore_that_is_broken_off_behind_its_rows_brings_nobody_back(
    begun: Organisation, other: Place, file: ErasureFile, tmp_path: Path
) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    begun.erasing.erase("anna")
    with closing(Organisation(opened(other))) as brought:
        backup.load(brought.store, tmp_path / "copy", unheard, SPANS, file.read())
        # Nothing else was done, and the file is not known here.
        assert data_of(brought, "said-by-anna")["voice"] == {"sealed": True}
        assert data_of(brought, "r-match")["members"][0]["participant"] == {"sealed": True}
    with closing(Organisation(opened(other))) as later:
        assert later.erasing.go_on() == 1
        assert data_of(later, "said-by-anna")["voice"] == GONE


def test_keys_that_come_back_from_before_an_erasure_open_nothing_of_it(begun: Organisation, place: Place, tmp_path: Path) -> None:
    copy = keys_of(begun.store)
    begun.erasing.erase("anna")
    copy()
    with closing(Organisation(opened(place))) as again:
        assert data_of(again, "r-match")["members"][0]["participant"] == "anna"
        assert Erasures(again.store).replay() == 1
        assert data_of(again, "r-match")["members"] == [
            {"handle": "a", "participant": GONE, "roles": ["volunteer"]},
            {"handle": "b", "participant": "bram", "roles": ["help_seeker"]},
        ]
        assert data_of(again, "said-by-anna")["voice"] == GONE


def keys_of(store: EventStore) -> Callable[[], None]:
    """The rows of the keys as they are now, to be put back."""
    with store.keys.place.reading() as connection:
        held = [
            (table, connection.execute(f"SELECT {', '.join(table.columns)} FROM {connection.table(table)} t").fetchall())
            for table in backup.KEY_TABLES
        ]

    def put_back() -> None:
        with store.keys.place.writing() as connection:
            for table, rows in held:
                there = connection.execute(f"SELECT {', '.join(table.key)} FROM {connection.table(table)} t").fetchall()
                connection.write([backup.Delete(table, table.key, there), backup.Insert(table, rows)])

    return put_back


def test_events_that_come_back_from_before_an_erasure_have_it_recorded_again(
    begun: Organisation, other: Place, file: ErasureFile, tmp_path: Path
) -> None:
    backup.save(begun.store, tmp_path / "early", unheard)
    begun.erasing.erase("anna")
    keys = keys_of(begun.store)
    with closing(Organisation(opened(other))) as brought:
        backup.load(brought.store, tmp_path / "early", unheard, SPANS)
        # The keys are those of later; only the events are old.
        put_into(brought.store, begun.store)
        assert data_of(brought, "said-by-anna")["voice"] == GONE
        assert brought.erasing.ledger.all() == []
        assert brought.erasing.ledger.replay() == 1
        assert brought.erasing.go_on() == 1
        (erasure,) = brought.erasing.ledger.all()
        assert (erasure.participant, erasure.requested, erasure.position) == ("anna", "2026-01-31", len(history()) + 1)
    keys()


def put_into(store: EventStore, newer: EventStore) -> None:
    with newer.keys.place.reading() as source, store.keys.place.writing() as target:
        for table in backup.KEY_TABLES:
            rows = source.execute(f"SELECT {', '.join(table.columns)} FROM {source.table(table)} t").fetchall()
            there = target.execute(f"SELECT {', '.join(table.key)} FROM {target.table(table)} t").fetchall()
            target.write([backup.Delete(table, table.key, there), backup.Insert(table, rows)])


@pytest.mark.parametrize("name", ["manifest.json", "events.events", "keys.data_keys", "events.erasures"])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_of_it_is_kept(begun: Organisation, tmp_path: Path, name: str) -> None:
    begun.erasing.erase("cleo")
    backup.save(begun.store, tmp_path / "copy", unheard)
    path = tmp_path / "copy" / name
    raw = bytearray(path.read_bytes())
    for change in (lambda: raw[:-1], lambda: bytes([raw[0] ^ 1]) + raw[1:], lambda: bytes(raw) + b"x", None):
        path.write_bytes(change()) if change is not None else path.unlink()
        with closing(Organisation(opened(tmp_path / "new.db"))) as new:
            with pytest.raises(Unusable):
                backup.load(new.store, tmp_path / "copy", unheard, SPANS)
            assert rows_of(new.store) == []
            assert record(new.store, history()).recorded == len(history())
        for file in tmp_path.glob("new.db*"):
            file.unlink()


def test_where_the_events_cannot_be_brought_back_nothing_is_kept_of_the_keys_either(
    begun: Organisation, other: Place, tmp_path: Path
) -> None:
    made = backup.save(begun.store, tmp_path / "copy", unheard)
    manifest = tmp_path / "copy" / backup.MANIFEST
    whole = manifest.read_bytes()
    manifest.write_bytes(backup._text(msgspec.structs.replace(made, position=made.position + 1)))
    with closing(Organisation(opened(other))) as brought:
        before = list(brought.store.keys.owners())
        with pytest.raises(Unusable, match="holds other events"):
            backup.load(brought.store, tmp_path / "copy", unheard, SPANS)
        assert (rows_of(brought.store), list(brought.store.keys.owners())) == ([], before)
        manifest.write_bytes(whole)
        assert backup.load(brought.store, tmp_path / "copy", unheard, SPANS) == made
        assert told(brought) == told(begun)


def test_a_restore_that_breaks_off_between_the_keys_and_the_events_is_begun_again(
    begun: Organisation, other: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    owners = {owner for owner, _, _ in begun.store.keys.owners()}
    with closing(Organisation(opened(other))) as brought:
        kept = brought.store.database.writing

        @contextmanager
        def failing(lock: Lock, brief: bool = False) -> Iterator[Connection]:
            with kept(lock, brief) as connection:
                yield connection
                raise OSError("no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(brought.store.database, "writing", failing)
            with pytest.raises(OSError, match="no space"):
                backup.load(brought.store, tmp_path / "copy", unheard, SPANS)
        assert rows_of(brought.store) == []
        assert {owner for owner, _, _ in brought.store.keys.owners()} == owners, "it broke off behind the keys"
        backup.load(brought.store, tmp_path / "copy", unheard, SPANS)
        assert told(brought) == told(begun)


def test_a_backup_from_before_the_keys_of_today_is_brought_back_only_by_who_sets_a_longer_span(
    begun: Organisation, other: Place, tmp_path: Path
) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    clock = Clock()
    with closing(opened(other, clock=clock)) as brought:
        clock.now += SPANS.turn + SPANS.keep + 1
        with pytest.raises(Unusable, match=r"was made 35 days ago.*set TUSSENRUIMTE_OLD_EPOCH_DAYS to 29 for this once"):
            backup.load(brought, tmp_path / "copy", unheard, SPANS)
        assert rows_of(brought) == []
        assert [owner for owner, _, _ in brought.keys.owners()] == [ORGANISATION]
        backup.load(brought, tmp_path / "copy", unheard, Spans(keep=29 * DAY))
    with closing(opened(tmp_path / "new.db", clock=clock)) as brought:
        clock.now -= 1
        backup.load(brought, tmp_path / "copy", unheard, SPANS)


def test_the_verb_knows_the_spans_that_are_set(tmp_path: Path) -> None:
    run, copy, empty = run_within(tmp_path), tmp_path / "copy", tmp_path / "nobody"
    assert run("import", "-", given=initiative().decode()).code == 0
    assert run("backup", str(copy)).code == 0
    manifest = copy / backup.MANIFEST
    found = msgspec.json.decode(manifest.read_bytes(), type=backup.Manifest)
    manifest.write_bytes(backup._text(msgspec.structs.replace(found, made=found.made - 36 * DAY)))
    empty.touch()
    root = {"TUSSENRUIMTE_ROOT_KEY_FILE": str(tmp_path / "tussenruimte.db.root.key")}
    (tmp_path / "other").mkdir()
    restore = partial(run_within(tmp_path / "other"), "restore", str(copy), "--erasures", str(empty), **root)
    assert "was made 36 days ago" in refused(restore())
    assert "brought back up to position 1" in restore(TUSSENRUIMTE_OLD_EPOCH_DAYS="30").out


def test_a_backup_opens_only_under_its_root_key_and_in_its_organisation(begun: Organisation, tmp_path: Path) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    with closing(opened(tmp_path / "new.db", root=bytes(32))) as store, pytest.raises(RootKeyError):
        backup.load(store, tmp_path / "copy", unheard, SPANS)
    with closing(opened(tmp_path / "third.db", "elsewhere")) as store, pytest.raises(Unusable, match="is a backup of buurtmaat"):
        backup.load(store, tmp_path / "copy", unheard, SPANS)


def test_a_backup_is_neither_written_over_another_nor_brought_back_over_what_is_there(begun: Organisation, tmp_path: Path) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    with pytest.raises(Unusable, match="is not empty"):
        backup.save(begun.store, tmp_path / "copy", unheard)
    with pytest.raises(Unusable, match="empty platform"):
        backup.load(begun.store, tmp_path / "copy", unheard, SPANS)


def test_the_root_key_and_no_text_are_in_a_backup(begun: Organisation, tmp_path: Path) -> None:
    backup.save(begun.store, tmp_path / "copy", unheard)
    raw = b"".join(path.read_bytes() for path in (tmp_path / "copy").iterdir())
    assert ROOT not in raw
    assert b"Anna" not in raw
    assert b"m1" in raw


def test_nothing_opens_while_the_file_of_the_erased_cannot_be_read(begun: Organisation, place: Place, file: ErasureFile) -> None:
    begun.erasing.erase("anna")
    whole = file.path.read_bytes()
    file.path.write_bytes(whole.rstrip(b"\n"))
    assert set(file.read()) == {"anna"}
    file.keep("bram", "2026-02-01")
    assert set(file.read()) == {"anna", "bram"}
    file.path.write_bytes(whole + b'{"organisation": "buurtm')
    assert set(file.read()) == {"anna"}
    file.keep("cleo", "2026-02-01")
    assert set(file.read()) == {"anna", "cleo"}
    assert file.path.read_bytes().count(b"\n") == 2
    for wrong in (b"nonsense", b'{"organisation":"buurtmaat","participant":"cleo","requested":"x"}'):
        file.path.write_bytes(wrong + b"\n" + whole)
        with pytest.raises(LedgerLost):
            file.read()
    with closing(opened(place, clock=Clock())) as store, pytest.raises(LedgerLost, match=r"elsewhere\.erasures:1"):
        Erasures(store, file).replay()
