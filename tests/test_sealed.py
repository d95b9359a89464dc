"""What is personal is on no disk in the clear: not among the events, not with the keys, not in the log of either file.

A canary stands in every sealed field of the catalogue, beside the ten example histories, and every byte that was written is
searched for it. What read models know of people is listed table by table: they can be thrown away, and events cannot.
"""

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sent_lines import opened, record, runner_of
from store_faults import view_rows
from whole_catalogue import DEGREE, PEOPLE, SCORE, TOLD, whole_catalogue

from domain.model.catalogue import BY_TYPE
from domain.store.places import keys_path
from domain.store.store import EventStore

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.jsonl"))
CANARY = "kanarie"
CLEAR = ("Een huis vol", "thee & taart", "koffieochtend", "buurvrouw", "open-a", "urn:example:source?q=1", "relationship/pair")
DAMAGED = {"damaged": True}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    """The catalogue with a canary in every sealed field, and the examples; views brought up, and rebuilt."""
    store = opened(tmp_path_factory.mktemp("sealed") / "events.sqlite")
    told = whole_catalogue(lambda place: f"{CANARY} {place} {CANARY}")
    assert record(store, [json.dumps(event).encode() for event in told]).recorded == len(told)
    for example in EXAMPLES:
        assert not record(store, example.read_bytes().splitlines()).refused
    runner = runner_of(store)
    runner.catch_up()
    runner.rebuild()
    yield store
    store.close()


def path_of(store: EventStore) -> Path:
    return store.database.path


def in_files(store: EventStore, needle: str) -> set[str]:
    """The files beside the store, WAL and all, that hold these letters in one of the ways in which they can be written."""
    ways = {needle.encode(), needle.encode("utf-16-le"), needle.encode("utf-16-be")}
    return {file.name for file in path_of(store).parent.iterdir() if any(way in file.read_bytes() for way in ways)}


def in_tables(path: Path, needle: bytes) -> set[str]:
    """The columns that hold these bytes; a view's table goes without its generation."""
    found = set()
    with closing(sqlite3.connect(path)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = db.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            for row in rows:
                held = (value.encode() if isinstance(value, str) else value for value in row)
                found |= {f"{table.rstrip('0123456789').rstrip('_')}.{name}" for name, value in zip(names, held, strict=True)
                          if isinstance(value, bytes) and needle in value}  # fmt: skip
    return found


def states(store: EventStore) -> list[dict[str, Any]]:
    """The stored envelopes."""
    with store.reading() as connection:
        return [json.loads(state) for (state,) in connection.execute("SELECT state FROM events ORDER BY position")]


def seals(value: Any) -> Iterator[dict[str, Any]]:
    """Every sealed value within, as the object that holds its seal."""
    if isinstance(value, dict):
        if set(value) == {"seal"}:
            yield value
        else:
            for held in value.values():
                yield from seals(held)
    elif isinstance(value, list):
        for held in value:
            yield from seals(held)


def signs(value: Any) -> list[dict[str, Any]]:
    """Every sign that something stays shut."""
    if isinstance(value, dict):
        if value.keys() <= {"damaged", "erased", "sealed"} and value:
            return [value]
        return [sign for held in value.values() for sign in signs(held)]
    return [sign for held in value for sign in signs(held)] if isinstance(value, list) else []


def opened_by(store: EventStore, envelope: dict[str, Any], keys: EventStore | None = None) -> dict[str, Any]:
    """The data of a stored envelope, opened with the keys of the store, or of another."""
    return store.mapper.plain(json.dumps(envelope).encode(), (keys or store).keys.ring())[1]


# On the disk


@pytest.mark.parametrize("sealed", [CANARY, TOLD, str(SCORE), str(DEGREE)])
def test_no_file_holds_what_is_sealed(store: EventStore, sealed: str) -> None:
    assert {".sqlite", ".sqlite-wal", ".sqlite.keys", ".sqlite.keys-wal"} <= {
        file.name.removeprefix("events") for file in path_of(store).parent.iterdir()
    }
    assert in_files(store, sealed) == set()


@pytest.mark.parametrize("clear", CLEAR)
def test_the_search_finds_what_is_not_sealed(store: EventStore, clear: str) -> None:
    assert in_files(store, clear) & {"events.sqlite", "events.sqlite-wal"}


def test_no_name_and_no_text_of_the_examples_is_in_a_file(store: EventStore) -> None:
    texts = set()
    for example in EXAMPLES:
        for event in map(json.loads, example.read_text().splitlines()):
            texts |= {note["text"] for note in event["data"].get("notes", [])}
            texts |= {event["data"]["name"]} if "participant_registered" in event["type"] else set()
    # Shorter ones would now and then stand in a seal by chance.
    texts = {text for text in texts if len(text) > 5}
    assert len(texts) > 5
    raw = b"".join(file.read_bytes() for file in path_of(store).parent.iterdir())
    assert not [text for text in texts if text.encode() in raw or json.dumps(text)[1:-1].encode() in raw]


@pytest.mark.parametrize("person", PEOPLE)
def test_who_somebody_is_in_a_relationship_stands_only_in_the_views(store: EventStore, person: str) -> None:
    own = {"events.originator_id", "events.state", "entries.stream", "participants.id"}
    # That two registrations are of one person is no relationship, and stands in the clear.
    joining = {"hangs.stream", "hangs.target"}
    whole = in_tables(path_of(store), f"participant/{person}".encode()) - joining
    assert whole == {"events.originator_id", "events.state", "entries.stream"}
    assert in_tables(path_of(store), person.encode()) - joining == own | {"members.participant"}
    assert in_tables(keys_path(path_of(store)), person.encode()) == {"data_keys.owner"}
    apart = [envelope for envelope in states(store) if "tussenruimte.participants_" not in envelope["type"]]
    assert {envelope["subject"] for envelope in apart if person in json.dumps(envelope)} == {f"participant/{person}"}


def test_what_somebody_said_the_contact_is_stands_only_in_the_view_that_reads_it(store: EventStore) -> None:
    assert in_tables(path_of(store), struct.pack(">d", DEGREE)) == {"trajectories.body"}
    assert in_tables(path_of(store), struct.pack(">d", SCORE)) == set()


def test_of_a_voiced_event_only_its_own_id_its_holder_and_its_notes_stand_apart_from_the_voice(store: EventStore) -> None:
    voiced = [envelope for envelope in states(store) if BY_TYPE[envelope["type"]].voiced]
    assert len(voiced) > 20
    for envelope in voiced:
        kept = {"holder", "notes", "voice", BY_TYPE[envelope["type"]].own}
        assert envelope["data"].keys() <= kept
        assert set(envelope["data"]["voice"]) == {"seal"}
        assert envelope["data"].get("holder", envelope["perspective"]) == envelope["perspective"]


def test_every_text_name_and_member_is_sealed(store: EventStore) -> None:
    counted = 0
    for envelope in states(store):
        data = envelope["data"]
        for inner in [data, data["data"]] if "event_amended" in envelope["type"] else [data]:
            sealed = [note["text"] for note in inner.get("notes", [])] + [member["participant"] for member in inner.get("members", [])]
            if envelope["subject"].startswith("participant/"):
                sealed += [inner[name] for name in ("name", "contact") if name in inner]
            assert all(set(value) == {"seal"} for value in sealed)
            counted += len(sealed)
    assert counted > 200


def test_everything_sealed_opens_to_what_was_said(store: EventStore) -> None:
    told = whole_catalogue(lambda place: f"{CANARY} {place} {CANARY}")
    by_id = {event["id"]: event["data"] for event in told}
    found = {envelope["id"]: opened_by(store, envelope) for envelope in states(store)[: len(told)]}
    assert found == by_id


# In another place


def test_no_seal_opens_in_the_place_of_another(store: EventStore) -> None:
    kept = states(store)[:61]
    places = list(seals([envelope["data"] for envelope in kept]))
    made = [place["seal"] for place in places]
    assert len(set(made)) == len(made) > 150
    for turn in range(1, len(made), 7):
        for number, place in enumerate(places):
            place["seal"] = made[number - turn]
        for envelope in kept:
            asked = len(list(seals(envelope["data"])))
            assert signs(opened_by(store, envelope)) == [DAMAGED] * asked


def test_a_seal_moved_to_the_same_place_in_another_event_does_not_open(store: EventStore) -> None:
    first, second = [
        envelope for envelope in states(store) if envelope["subject"] == "relationship/pair" and "account_given" in envelope["type"]
    ]
    moved = {**second, "data": {**second["data"], "notes": first["data"]["notes"]}}
    assert [note["text"] for note in opened_by(store, moved)["notes"]] == [DAMAGED] * 3


@pytest.mark.parametrize("attribute", ["id", "subject", "type"])
def test_a_seal_does_not_open_in_an_event_under_another_name(store: EventStore, attribute: str) -> None:
    other = {"id": "another", "subject": "relationship/table", "type": "tussenruimte.moment_noted.v1"}
    for envelope in states(store)[:61]:
        if envelope["subject"] == "relationship/pair" and envelope[attribute] != other[attribute]:
            asked = len(list(seals(envelope["data"])))
            shut = signs(opened_by(store, {**envelope, attribute: other[attribute]}))
            assert shut == [DAMAGED] * asked


def test_a_changed_letter_anywhere_in_a_seal_is_damage(store: EventStore) -> None:
    envelope = next(envelope for envelope in states(store) if "meeting_held" in envelope["type"] and "notes" in envelope["data"])
    note = envelope["data"]["notes"][1]["text"]
    whole = note["seal"]
    for place in range(len(whole)):
        note["seal"] = whole[:place] + ("B" if whole[place] == "A" else "A") + whole[place + 1 :]
        assert signs(opened_by(store, envelope)) == [DAMAGED]
    for cut in ("", whole[:-1], whole[:-4], whole + "A", whole + "AAAA"):
        note["seal"] = cut
        assert signs(opened_by(store, envelope)) == [DAMAGED]


def test_the_keys_of_another_organisation_open_nothing(store: EventStore, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "other.sqlite", "elders")) as other:
        told = whole_catalogue(str)
        record(other, [json.dumps(event).encode() for event in told])
        for envelope in states(store)[: len(told)]:
            asked = len(list(seals(envelope["data"])))
            assert signs(opened_by(store, envelope, keys=other)) == [DAMAGED] * asked
            assert signs(opened_by(other, envelope, keys=store)) == [DAMAGED] * asked


def test_without_keys_everything_sealed_says_so(store: EventStore) -> None:
    for envelope in states(store)[:61]:
        _, data = store.mapper.plain(json.dumps(envelope).encode(), None)
        assert signs(data) == [{"sealed": True}] * len(list(seals(envelope["data"])))


def test_damage_in_the_voices_stops_no_view(tmp_path: Path) -> None:
    def accounts(damaged: bool) -> tuple[object, object]:
        path = tmp_path / f"{damaged}.sqlite"
        told = whole_catalogue(str)
        with closing(opened(path)) as store:
            assert record(store, [json.dumps(event).encode() for event in told]).recorded == len(told)
            if damaged:
                with closing(sqlite3.connect(path)) as db, db:
                    for position, state in db.execute("SELECT position, state FROM events").fetchall():
                        for voice in seals(json.loads(state)["data"].get("voice", [])):
                            state = state.replace(voice["seal"].encode(), (voice["seal"][:-8] + "AAAAAAAA").encode())
                            db.execute("UPDATE events SET state = ? WHERE position = ?", (state, position))
            runner = runner_of(store)
            runner.catch_up()
            live = view_rows(store, runner)
            runner.rebuild()
            assert view_rows(store, runner) == live
            return live["trajectories"], live["relationships"]

    whole, broken = accounts(False), accounts(True)
    assert whole[0] != broken[0]
    assert whole[1] == broken[1]
