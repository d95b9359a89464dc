"""The access log is a log like that of the events: without gaps, a leaf over each entry, and nothing in it by which somebody who was erased
could be found in two relationships. Who looked is told to who asks by a relationship or by a person.
"""

import hashlib
import hmac
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from command_line import answer, refused, run_within
from sent_lines import ROOT, Clock, line, match, meeting, note, opened, pair, person, record, runner_of
from store_places import Files, Place, alter

from domain.store.accesses import Access, Viewer, viewed_by
from domain.store.database import ACCESSES
from domain.store.mapper import Unreadable
from domain.store.places import on_postgres, on_sqlite
from domain.store.store import EventStore
from projections.soundness import examine
from projections.views import answers
from projections.views.accesses import access_page
from projections.views.questions import Questions

WHO = Viewer("token/tester", "administrator", "coordinator/k", "t1")
EACH = 25


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    """Two relationships of Anna, one of them with Bram."""
    store = opened(place)
    assert (
        record(store, [*pair("r"), *person("cees"), match("s", "r-anna", "cees"), meeting("m", "s", **note("Rain.", "a"))]).recorded == 10
    )
    yield store
    store.close()


def asked(store: EventStore) -> Questions:
    return Questions(store, runner_of(store))


def kept(store: EventStore) -> list[tuple[int, str, bytes, bytes]]:
    with store.reading() as connection:
        found = connection.execute(f"SELECT position, place, entry, leaf FROM {connection.table(ACCESSES)} a ORDER BY position")
        return [(position, place, entry, leaf) for position, place, entry, leaf in found]


def entries(store: EventStore) -> list[dict[str, Any]]:
    return [json.loads(entry) for _, _, entry, _ in kept(store)]


def look(store: EventStore) -> None:
    """At a name, and at both relationships."""
    with viewed_by(WHO):
        asked(store).participants(["r-anna"])
        asked(store).histories(["r", "s"])


def page(store: EventStore, first: int = 100, after: int | None = None, **of: str) -> list[answers.Access]:
    return list(access_page(store, first, after, **of).nodes)


# As a log


def test_a_leaf_is_that_of_rfc_9162_over_the_canonical_entry(store: EventStore) -> None:
    look(store)
    assert len(kept(store)) == 3
    for position, place, entry, leaf in kept(store):
        told = json.loads(entry)
        assert (told["position"], told["place"], told["organisation"]) == (position, place, "buurtmaat")
        assert entry == rfc8785.dumps(told)
        assert leaf == hashlib.sha256(b"\0" + entry).digest()


def test_an_entry_has_the_same_bytes_for_ever(store: EventStore) -> None:
    store.accesses.write(WHO, [Access("relationship/r", ("notes", "voices"))])
    store.accesses.write(Viewer("command-line/k", "operator"), [Access("organisation", ("names",), "export", 0, 7)])
    assert [entry for _, _, entry, _ in kept(store)] == [
        b'{"action":"read","at":"2026-01-31T12:00:00Z","behalf":"coordinator/k","by":"token/tester","kinds":["notes","voices"],'
        b'"organisation":"buurtmaat","place":"relationship/r","position":1,"role":"administrator","token":"t1"}',
        b'{"action":"export","at":"2026-01-31T12:00:00Z","by":"command-line/k","kinds":["names"],"organisation":"buurtmaat",'
        b'"place":"organisation","position":2,"role":"operator","since":0,"upto":7}',
    ]


def _look_often(url: tuple[str, ...]) -> None:
    """In a process of its own."""
    store = on_sqlite(Path(url[0]), ROOT, "buurtmaat", Clock()) if len(url) == 1 else on_postgres(*url, ROOT, "buurtmaat", Clock())
    looking = [threading.Thread(target=lambda: [look(store) for _ in range(EACH)]) for _ in range(3)]
    for thread in looking:
        thread.start()
    for thread in looking:
        thread.join()
    store.close()


def test_threads_and_processes_that_look_at_once_leave_no_gap(store: EventStore, place: Place) -> None:
    runner_of(store).catch_up()
    url = (str(place.path),) if isinstance(place, Files) else (place.url, place.keys_url)
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        assert list(processes.map(_look_often, [url] * 3)) == [None] * 3
    assert [position for position, *_ in kept(store)] == list(range(1, 3 * 3 * EACH * 3 + 1))
    assert Counter(place for _, place, *_ in kept(store)) == dict.fromkeys(("participant", "relationship/r", "relationship/s"), 9 * EACH)
    assert finding(store)[0]


def finding(store: EventStore) -> tuple[bool, str]:
    """What `doctor` says of it."""
    (found,) = [one for one in examine(store, runner_of(store), lambda done, of: None) if one.name == "access log"]
    return found.sound, found.detail


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM accesses WHERE position = 2", "0 entries are not those that were written; 1 are missing"),
        ("UPDATE accesses SET leaf = entry WHERE position = 1", "1 entries are not those"),
        ("UPDATE accesses SET place = 'relationship/q' WHERE place = 'relationship/r'", "1 entries are not those"),
    ],
)
def test_doctor_finds_what_was_changed_or_taken_out(store: EventStore, place: Place, statement: str, said: str) -> None:
    look(store)
    assert finding(store) == (True, "3 entries without gaps")
    alter(place, statement)
    sound, detail = finding(store)
    assert not sound
    assert said in detail


def test_what_is_no_entry_any_more_is_not_told(store: EventStore, place: Place) -> None:
    look(store)
    alter(place, "UPDATE accesses SET entry = leaf")
    with pytest.raises(Unreadable):
        page(store, relationship="r")


# What links nobody


def test_no_entry_of_a_person_has_anything_in_common_with_another_of_theirs(store: EventStore) -> None:
    for _ in range(3):
        look(store)
    told = [entry for entry in entries(store) if entry["place"] == "participant"]
    assert len({entry["mark"] for entry in told}) == len(told) == 3
    assert b"anna" not in b"".join(entry for _, _, entry, _ in kept(store))


def test_a_mark_is_an_hmac_of_the_position_under_a_key_that_only_the_persons_own_gives(store: EventStore) -> None:
    look(store)
    (entry,) = [entry for entry in entries(store) if "mark" in entry]
    secret = store.keys.ring().key("participant/r-anna").secret
    # HKDF-SHA256 (RFC 5869), by hand: one block.
    extracted = hmac.digest(b"tussenruimte/access/1", secret, "sha256")
    key = hmac.digest(extracted, len("buurtmaat").to_bytes(4) + b"buurtmaat" + b"\x01", "sha256")
    assert entry["mark"] == hmac.digest(key, entry["position"].to_bytes(8), "sha256").hex()


def test_no_entry_names_two_places_and_none_says_with_which_others_it_was_written(store: EventStore) -> None:
    look(store)
    for entry in entries(store):
        assert isinstance(entry["place"], str)
        assert entry.keys() <= {"action", "at", "behalf", "by", "kinds", "mark", "organisation", "place", "position", "role", "token"}
        assert entry["at"].endswith(":00Z")


def test_the_order_of_entries_does_not_say_in_which_order_places_were_seen(store: EventStore) -> None:
    places = [f"relationship/{number}" for number in range(30)]
    store.accesses.write(WHO, [Access(place, ("notes",)) for place in places])
    written = [entry["place"] for entry in entries(store)]
    assert sorted(written) == sorted(places)
    assert written != places


def test_after_an_erasure_their_entries_are_found_by_nobody_and_those_of_the_other_stay(store: EventStore) -> None:
    look(store)
    assert {one.place for one in page(store, participant="r-anna")} == {"participant/r-anna", "relationship/r", "relationship/s"}
    store.keys.freeze("participant/r-anna")
    store.keys.erase("participant/r-anna")
    assert page(store, participant="r-anna") == []
    assert [one.place for one in page(store, participant="cees")] == ["relationship/s"]
    assert finding(store)[0]


# Who looked


def test_a_participant_is_told_who_saw_their_own_stream_and_their_relationships(store: EventStore) -> None:
    look(store)
    with viewed_by(WHO):
        asked(store).participants(["r-bram", "cees"])
    assert sorted(one.place for one in page(store, participant="r-anna")) == ["participant/r-anna", "relationship/r", "relationship/s"]
    assert sorted(one.place for one in page(store, participant="r-bram")) == ["participant/r-bram", "relationship/r"]
    seen = page(store, participant="cees")
    assert {(one.place, tuple(one.kinds)) for one in seen} == {
        ("participant/cees", ("names",)), ("relationship/s", ("members", "notes")),
    }  # fmt: skip
    assert {(one.by, one.role, one.on_behalf_of, one.action, one.at) for one in seen} == {
        ("token/tester", "administrator", "coordinator/k", "read", "2026-01-31T12:00:00Z"),
    }  # fmt: skip


def joined(store: EventStore, *pairs: tuple[str, str]) -> None:
    """Each registered anew with a relationship of their own, and joined with one who is there."""
    for own, other in pairs:
        lines = [*person(own), match(f"of-{own}", own, "cees")]
        tie = line(f"{own}-{other}", "participants_joined", f"participant/{own}", {"participant": other})
        assert not record(store, [*lines, tie]).refused


def test_who_was_registered_twice_is_told_who_looked_at_any_of_their_registrations(store: EventStore) -> None:
    joined(store, ("anne", "r-anna"), ("annie", "anne"))
    with viewed_by(WHO):
        asked(store).participants(["anne"])
        asked(store).histories(["of-annie"])
        store.accesses.write(WHO, [Access("organisation", ("names",), "told", 16, 18)])
    for one in ("r-anna", "anne", "annie"):
        seen = [found for found in page(store, participant=one) if list(found.kinds) != ["accesses"]]
        assert [found.place for found in seen] == ["organisation", "relationship/of-annie", "participant/anne"]
    assert "participant/anne" not in {found.place for found in page(store, participant="cees")}


def test_to_look_at_a_person_here_is_to_look_at_all_of_their_registrations(store: EventStore) -> None:
    joined(store, ("anne", "r-anna"))
    assert page(store, participant="anne") == []
    assert record(store, [line("two", "participants_parted", "participant/anne", {"participant": "r-anna"}, "2022-01-01")]).recorded == 1
    for one in ("r-anna", "anne"):
        assert [(found.place, found.kinds) for found in page(store, participant=one)] == [(f"participant/{one}", ["accesses"])]


def test_of_a_registration_that_was_erased_nothing_is_told_and_of_the_others_all(store: EventStore) -> None:
    joined(store, ("anne", "r-anna"))
    with viewed_by(WHO):
        asked(store).participants(["r-anna", "anne"])
    store.keys.freeze("participant/anne")
    store.keys.erase("participant/anne")
    assert page(store, participant="anne") == []
    assert [found.place for found in page(store, participant="r-anna")] == ["participant/r-anna"]


def test_what_reached_everything_counts_for_whom_it_reached(store: EventStore) -> None:
    store.accesses.write(WHO, [Access("organisation", ("names",), "export", 0, 6)])
    store.accesses.write(WHO, [Access("organisation", ("names",), "follow")])
    store.accesses.write(WHO, [Access("organisation", ("names",), "told", 6, 10)])
    assert [(one.action, one.since, one.upto) for one in page(store, relationship="r")] == [("follow", None, None), ("export", "0", "6")]
    assert [one.action for one in page(store, relationship="s")][-2:] == ["told", "follow"]


def test_to_look_here_is_to_look_and_is_written_once(store: EventStore) -> None:
    with viewed_by(WHO):
        assert page(store, relationship="r") == []
    (entry,) = entries(store)
    assert (entry["by"], entry["place"], entry["kinds"]) == ("token/tester", "relationship/r", ["accesses"])
    assert [one.kinds for one in page(store, participant="r-bram")] == [["accesses"]]
    assert len(entries(store)) == 2


def test_what_is_not_there_is_told_of_nowhere(store: EventStore) -> None:
    assert page(store, relationship="Anna de Vries") == page(store, participant="Anna de Vries") == []
    assert entries(store) == []


def test_pages_follow_on_one_another_while_more_is_written(store: EventStore) -> None:
    for number in range(7):
        store.accesses.write(WHO, [Access(f"relationship/{'rs'[number % 2]}", ("notes",))])
    told: list[str] = []
    after = None
    while True:
        found = access_page(store, 2, after, relationship="r")
        told += [one.position for one in found.nodes]
        if not found.has_next_page:
            break
        after = int(found.end_cursor or 0)
    assert told == ["7", "5", "3", "1"]
    assert all(int(later) > int(earlier) for later, earlier in pairwise(told))


# On the command line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = b"\n".join([*pair("r"), *person("both"), match("both", "both", "r-bram")]).decode()
    assert run_within(tmp_path)("import", "-", given=lines).code == 0
    return tmp_path


@pytest.mark.parametrize(
    ("said", "places"),
    [
        (["story", "r"], "relationship/r"),
        (["history", "r"], "relationship/r"),
        (["reading", "r", "--at", "2021-03-01"], "relationship/r"),
        (["moves", "r"], "relationship/r"),
        (["moves"], "relationship/both relationship/r"),
        (["list", "--participant", "both"], "relationship/both"),
        (["export"], "organisation"),
        (["list"], ""),
        (["trajectory", "r"], ""),
        (["room", "r", "--at", "2021-03-01"], ""),
        (["lens", "list"], ""),
        (["doctor"], ""),
    ],
)
def test_verbs_that_show_something_sealed_say_who_ran_them(folder: Path, said: list[str], places: str) -> None:
    run_within(folder)(*said, "--on-behalf-of", "coordinator/k")
    store = Files(folder / "tussenruimte.db")
    with sqlite3.connect(store.path) as database:
        found = [json.loads(entry) for (entry,) in database.execute("SELECT entry FROM accesses")]
    assert sorted({entry["place"] for entry in found}) == places.split()
    for entry in found:
        assert entry["by"].startswith("command-line/")
        assert (entry["role"], entry["behalf"]) == ("operator", "coordinator/k")


def test_who_looked_is_asked_by_a_relationship_or_a_participant(folder: Path) -> None:
    run = run_within(folder)
    run("history", "r")
    found = answer(run("audit", "access", "r", "--json"))
    assert [(node["place"], node["action"], node["kinds"]) for node in found["nodes"]] == [("relationship/r", "read", ["members"])]
    assert found["pageInfo"] == {"hasNextPage": False, "endCursor": "1"}
    assert "las relationship/r: leden" in run("audit", "access", "r-anna", "--language", "nl").out
    assert "There is no relationship and no participant 'nobody' here." in refused(run("audit", "access", "nobody"))
    assert "Write relationship/both or participant/both." in refused(run("audit", "access", "both"))
    for one in ("relationship/both", "participant/both"):
        assert run("audit", "access", one).code == 0


def test_for_whom_one_looks_has_a_form(folder: Path) -> None:
    assert "coordinator/<id>" in refused(run_within(folder)("history", "r", "--on-behalf-of", "participant/r-anna"))
