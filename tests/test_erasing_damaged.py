"""An erasure comes to its end, and everybody else goes on, whatever is damaged, missing or behind."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sent_lines import account, initiative, line, match, meeting, note, opened, person, record
from store_places import Place
from test_set_aside import DAMAGED, change

from domain.store.database import ERASURES, Delete, Update
from domain.store.erasure_file import ErasureFile, LedgerLost
from domain.store.key_places import ALIASES, DATA_KEYS
from domain.store.keys import Erased, Keys, KeyStoreError
from domain.store.mapper import Unreadable
from projections.export import cloudevents
from projections.views.filters import EventFilter, RelationshipFilter
from tussenruimte import Organisation, cli

FOUR = ("anna", "bram", "cleo", "dirk")


def history() -> list[bytes]:
    """Anna with Bram, and Cleo with Dirk; Anna was registered twice."""
    return [
        initiative(),
        *(sent for who in (*FOUR, "anne") for sent in person(who)),
        line("twice", "participants_joined", "participant/anna", {"participant": "anne"}),
        match("r", "anna", "bram"),
        match("s", "cleo", "dirk"),
        meeting("m1", "r", **note("Anna came late", "a")),
        meeting("m2", "r", **note("Anna likes tea", "a")),
        meeting("m3", "s", **note("Dirk has a dog", "b")),
        account("said", "r", "a", named="friendship"),
    ]


@pytest.fixture
def organisation(place: Place) -> Iterator[Organisation]:
    with closing(Organisation(opened(place))) as organisation:
        assert not record(organisation.store, history()).refused
        organisation.runner.catch_up()
        yield organisation


def break_alias(organisation: Organisation, stream: str, handle: str) -> None:
    with organisation.store.keys.place.writing() as db:
        db.write([Update(ALIASES, ("sealed_owner",), ("stream", "handle"), [(bytes(60), stream, handle)])])


def test_an_event_of_theirs_that_cannot_be_read_is_counted_and_stops_no_erasure(organisation: Organisation) -> None:
    (event,) = organisation.questions.events_by_id(["m2"]).values()
    change(organisation.store, int(event.position), DAMAGED["no JSON"])
    erased = organisation.erasing.erase("anna")
    assert erased.certificate is not None
    assert erased.certificate["destroyed"] == {"keys": 1, "handles": 1, "sealed": 4, "unreadable": 1}
    assert {one.participant: one.position is not None for one in organisation.erasing.ledger.all()} == {"anna": True, "anne": True}


@pytest.mark.parametrize("id", ["anna-consent", "said"])
def test_what_is_damaged_of_theirs_does_not_keep_an_erasure_from_its_certificate(organisation: Organisation, id: str) -> None:
    (event,) = organisation.questions.events_by_id([id]).values()
    assert not record(organisation.store, [initiative("more")]).refused
    change(organisation.store, int(event.position), DAMAGED["no JSON"])
    assert organisation.erasing.erase("anna").position is not None


def test_where_a_parting_cannot_be_read_nobody_else_is_erased(organisation: Organisation) -> None:
    lines = [line("with-cleo", "participants_joined", "participant/anna", {"participant": "cleo"}, "2021-02-01")]
    lines.append(line("without-cleo", "participants_parted", "participant/anna", {"participant": "cleo"}, "2021-03-01"))
    done = record(organisation.store, lines)
    assert done.recorded == 2
    assert not record(organisation.store, [initiative("more")]).refused
    assert organisation.erasing.ledger.person("anna") == ["anna", "anne"]
    change(organisation.store, done.position, DAMAGED["no JSON"])
    organisation.erasing.erase("anna")
    organisation.erasing.go_on()
    assert set(organisation.store.keys.erased()) == {"anna"}


def test_a_newest_event_that_cannot_be_read_lets_an_erasure_stand_over_and_everything_open(organisation: Organisation) -> None:
    change(organisation.store, int(organisation.questions.events_by_id(["said"])["said"].position), DAMAGED["no JSON"])
    with pytest.raises(Unreadable):
        organisation.erasing.erase("anna")
    assert organisation.erasing.go_on() == 0
    assert "destroyed" in {organisation.erasing.ledger.state(one) for one in organisation.erasing.ledger.unfinished()}


def test_a_damaged_handle_of_somebody_else_stops_no_erasure(organisation: Organisation) -> None:
    break_alias(organisation, "relationship/s", "b")
    erased = organisation.erasing.erase("anna")
    assert erased.certificate is not None
    assert erased.certificate["left"] == {"keys": 0, "handles": 0, "sealed": 0, "views": 0, "members": 0}


def test_one_that_cannot_be_finished_stands_over_and_keeps_nobody_else_waiting(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = organisation.erasing.ledger
    for who in ("anna", "dirk"):
        for erasure in ledger.request(who):
            ledger.freeze(erasure)
    meant = Keys.erase

    def fails(keys: Keys, owner: str) -> str:
        if owner == "participant/anna":
            raise KeyStoreError("this one is damaged")
        return meant(keys, owner)

    with monkeypatch.context() as patched:
        patched.setattr(Keys, "erase", fails)
        assert organisation.erasing.go_on() == 2
    assert [one.participant for one in ledger.unfinished()] == ["anna"]
    assert organisation.erasing.go_on() == 1


def test_nobody_is_told_where_somebody_is_whose_erasure_stands_over(organisation: Organisation) -> None:
    questions = organisation.questions
    theirs, about = RelationshipFilter(participant="anna"), EventFilter(participant="anna")
    assert [node.id for node in questions.relationship_page(10, None, theirs).nodes] == ["r"]
    for erasure in organisation.erasing.ledger.request("anna"):
        organisation.erasing.ledger.freeze(erasure)
    assert questions.relationship_page(10, None, theirs).nodes == []
    assert {event.subject for event in questions.event_page(10, None, about).nodes} == {"participant/anna"}
    assert [node.id for node in questions.relationship_page(10, None, RelationshipFilter(participant="bram")).nodes] == ["r"]


def test_who_came_erased_with_an_export_gets_no_key_and_stands_in_the_ledger(organisation: Organisation, place: Place) -> None:
    organisation.erasing.erase("anna")
    exported = list(cloudevents.lines(organisation.store, 0))
    with closing(Organisation(opened(place.beside("another")))) as another:
        assert not record(another.store, exported, restore=True).refused
        keys, ledger = another.store.keys, another.erasing.ledger
        assert keys.erased() == {"anna": "2026-01-31", "anne": "2026-01-31"}
        assert keys.ring().gone() == {"anna", "anne"}
        assert ledger.replay() == 0
        assert [(one.participant, one.position is not None) for one in ledger.all()] == [("anna", True), ("anne", True)]
        assert another.erasing.go_on() == 0


def test_who_came_erased_and_is_not_in_the_ledger_comes_there_when_they_are_asked_for(organisation: Organisation, place: Place) -> None:
    organisation.erasing.erase("bram")
    exported = list(cloudevents.lines(organisation.store, 0))
    with closing(Organisation(opened(place.beside("another")))) as another:
        record(another.store, exported, restore=True)
        with another.store.database.writing("events") as connection:
            connection.write([Delete(ERASURES, ("participant",), [("bram",)])])
        with another.store.keys.place.writing() as db:
            db.write([Delete(DATA_KEYS, ("owner",), [("participant/bram",)])])
        mine, theirs = organisation.erasing.erase("bram"), another.erasing.erase("bram")
        assert (theirs.event, theirs.certificate, theirs.position) == (mine.event, mine.certificate, mine.position)
        another.erasing.ledger.replay()
        assert set(another.store.keys.erased()) == {"bram"}


def test_an_export_that_still_names_who_was_erased_names_them_nowhere(organisation: Organisation, place: Place) -> None:
    exported = list(cloudevents.lines(organisation.store, 0))
    organisation.erasing.erase("bram")
    (erased,) = cloudevents.lines(organisation.store, len(exported))
    with closing(Organisation(opened(place.beside("another")))) as another:
        assert not record(another.store, [*exported, erased], restore=True).refused
        another.runner.catch_up()
        assert {member.participant for member in another.questions.members(["r"])["r"]} == {None, "anna"}
        with another.store.reading() as connection:
            assert another.runner.named(connection, ["bram"]) == 0


def test_who_has_no_key_is_certified_to_have_had_none(organisation: Organisation) -> None:
    with organisation.store.keys.place.writing() as db:
        db.write([Delete(DATA_KEYS, ("owner",), [("participant/bram",)])])
    erased = organisation.erasing.erase("bram")
    assert erased.certificate is not None
    assert erased.certificate["destroyed"]["keys"] == 0
    assert organisation.store.keys.erased() == {"bram": "2026-01-31"}


def test_who_had_no_key_gets_none_from_when_they_are_erased(organisation: Organisation) -> None:
    keys = organisation.store.keys
    keys.freeze("participant/emma")
    assert keys.erase("participant/emma") == keys.erase("participant/emma") == "2026-01-31"
    assert keys.erased() == {"emma": "2026-01-31"}
    with pytest.raises(Erased):
        keys.create(["participant/emma"])


def test_erased_is_only_who_leaves_no_trace(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = organisation.store.keys

    def silent() -> None:
        raise KeyStoreError("not just now")

    with monkeypatch.context() as patched:
        patched.setattr(keys.place, "wipe_traces", silent)
        with pytest.raises(KeyStoreError):
            keys.erase("participant/anna")
    assert (keys.state("participant/anna"), keys.erased()) == ("frozen", {})
    wiped: list[str | None] = []
    meant = keys.place.wipe_traces

    def noted() -> None:
        wiped.append(keys.state("participant/anna"))
        meant()

    monkeypatch.setattr(keys.place, "wipe_traces", noted)
    assert keys.erase("participant/anna") == "2026-01-31"
    assert wiped == ["frozen"]


class TestTheFileOfTheErased:
    """It is apart from the databases, and so may be lost apart from them."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Callable[..., Any]:
        file = tmp_path / "elsewhere" / "erasures"
        file.parent.mkdir()
        given = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{tmp_path}/t.db", "TUSSENRUIMTE_ERASURES_FILE": str(file)}
        return lambda *said, there={}, **more: CliRunner().invoke(cli, said, env=given | there, **more)

    def test_it_is_made_before_anything_is_recorded_and_where_it_is_gone_nothing_is_opened(
        self, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        file = tmp_path / "elsewhere" / "erasures"
        assert run("import", "-", input=b"\n".join(history())).exit_code == 0
        assert file.read_bytes() == b'{"organisation":"default"}\n'
        file.rename(tmp_path / "away")
        for verb in (["list"], ["doctor"], ["work", "--once"]):
            refused = run(*verb)
            assert refused.exit_code == 1
            assert "somebody who was erased might come back" in " ".join(refused.output.split())
            assert "Traceback" not in refused.output
        file.write_bytes(b'{"organisation":"another"}\n')
        assert "tells nothing of this organisation" in run("list").output
        (tmp_path / "away").rename(file)
        assert run("list").exit_code == 0

    def test_a_restore_does_not_make_it(self, tmp_path: Path, run: Callable[..., Any]) -> None:
        assert run("import", "-", input=b"\n".join(history())).exit_code == 0
        assert run("backup", str(tmp_path / "copy")).exit_code == 0
        assert run("erase", "anna", "--yes").exit_code == 0
        (tmp_path / "elsewhere" / "erasures").rename(tmp_path / "away")
        there = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{tmp_path}/there.db", "TUSSENRUIMTE_ROOT_KEY_FILE": f"{tmp_path}/t.db.root.key"}
        refused = run("restore", str(tmp_path / "copy"), there=there)
        assert refused.exit_code == 1
        assert "no file that tells who was erased" in refused.output
        (tmp_path / "away").rename(tmp_path / "elsewhere" / "erasures")
        assert run("restore", str(tmp_path / "copy"), there=there).exit_code == 0
        names = [json.loads(raw)["data"].get("name") for raw in run("export", there=there).output.splitlines() if '"participant/ann' in raw]
        assert names
        assert "Somebody" not in names

    def test_who_was_erased_since_an_export_is_erased_again_when_it_is_brought_back(self, tmp_path: Path, run: Callable[..., Any]) -> None:
        assert run("import", "-", input=b"\n".join(history())).exit_code == 0
        exported = run("export").stdout
        assert run("erase", "anna", "--yes").exit_code == 0
        there = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{tmp_path}/there.db"}
        brought = run("import", "--restore", "-", input=exported, there=there)
        assert brought.exit_code == 0
        assert "erase them again" not in brought.output
        with closing(sqlite3.connect(tmp_path / "there.db.keys")) as keys:
            assert keys.execute("SELECT owner FROM data_keys WHERE state = 'erased' ORDER BY owner").fetchall() == [
                ("participant/anna",), ("participant/anne",),
            ]  # fmt: skip
        none = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{tmp_path}/none.db", "TUSSENRUIMTE_ERASURES_FILE": ""}
        assert "erase them again" in run("import", "--restore", "-", input=exported, there=none).output
        away = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{tmp_path}/away.db", "TUSSENRUIMTE_ERASURES_FILE": f"{tmp_path}/not there"}
        assert "erase them again" in run("import", "--restore", "-", input=exported, there=away).output

    def test_it_is_not_begun_anew_by_who_erases(self, tmp_path: Path) -> None:
        file = ErasureFile(tmp_path / "erasures", "buurtmaat", required=True)
        file.check(begun=False)
        file.keep("anna", "2026-01-31")
        file.path.rename(tmp_path / "away")
        with pytest.raises(LedgerLost, match="cannot be written"):
            file.keep("bram", "2026-01-31")
        assert not file.path.exists()

    def test_what_was_written_there_is_synced_before_a_key_is_destroyed_whoever_wrote_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = ErasureFile(tmp_path / "erasures", "buurtmaat")
        synced: list[str] = []
        meant = os.fsync

        def noted(number: int) -> None:
            synced.append(Path(os.readlink(f"/proc/self/fd/{number}")).name)
            meant(number)

        monkeypatch.setattr(os, "fsync", noted)
        for _ in range(2):
            file.keep("anna", "2026-01-31")
            assert synced == ["erasures", tmp_path.name]
            synced.clear()
        assert len(file.path.read_bytes().splitlines()) == 1

    def test_one_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerLost, match="cannot be written"):
            ErasureFile(tmp_path / "nowhere" / "erasures", "buurtmaat", required=True).check(begun=False)
