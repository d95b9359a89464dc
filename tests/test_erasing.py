"""Who is erased can be read nowhere any more, and everybody else's history stands."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sent_lines import account, initiative, line, match, meeting, note, opened, person, record, rules
from store_places import Place
from test_kills import HOME, TESTS

from domain.model.errors import Refused
from domain.store.erasures import Erasures, Unfinished
from domain.store.keys import Keys
from projections.erasing import Erasing
from projections.export import cloudevents
from projections.runner import Runner
from projections.views.filters import RelationshipFilter
from tussenruimte import Organisation

ABOUT_ANNA, ABOUT_BRAM, ABOUT_BOTH = "Anna likes tea", "Bram has a dog", "They laughed a lot"
SAID = {"named": "friendship", "notes": [{"about": ["a"], "text": "It has become more"}]}


def history() -> list[bytes]:
    """Anna with Bram, and with Cleo."""
    texts = ((["a"], ABOUT_ANNA), (["b"], ABOUT_BRAM), (["a", "b"], ABOUT_BOTH))
    notes = [{"about": about, "text": text} for about, text in texts]
    return [
        initiative(),
        *(line for who in ("anna", "bram", "cleo") for line in person(who)),
        match("r", "anna", "bram"),
        match("s", "anna", "cleo"),
        meeting("m1", "r", mood="light", notes=notes),
        meeting("m2", "s", **note("Anna came late", "a")),
        account("said-by-anna", "r", "a", **SAID),
        account("said-by-bram", "r", "b", named="help"),
    ]


@pytest.fixture
def organisation(place: Place) -> Iterator[Organisation]:
    with closing(Organisation(opened(place))) as organisation:
        record(organisation.store, history())
        organisation.runner.catch_up()
        yield organisation


def data_of(organisation: Organisation, id: str) -> Any:
    return organisation.questions.events_by_id([id])[id].data


def test_nothing_that_names_who_was_erased_or_tells_about_them_can_be_read(organisation: Organisation) -> None:
    questions = organisation.questions
    assert questions.readings(["r"], organisation.store.clock(), "accounts", "a")["r"].phase == "FRIENDSHIP"
    erased = organisation.erasing.erase("anna")
    day = {"erased": "2026-01-31"}
    assert questions.participants(["anna"])["anna"].name == day
    assert data_of(organisation, "said-by-anna") == {"voice": day} | {"notes": [{"about": ["a"], "text": day}]}
    assert [note["text"] for note in data_of(organisation, "m1")["notes"]] == [day, ABOUT_BRAM, day]
    assert data_of(organisation, "m2")["notes"][0]["text"] == day
    assert [one["participant"] for one in data_of(organisation, "r-match")["members"]] == [day, "bram"]
    members = {member.handle: member for member in questions.members(["r"])["r"]}
    assert (members["a"].participant, members["a"].withdrawn, members["b"].participant) == (None, True, "bram")
    assert questions.readings(["r"], organisation.store.clock(), "accounts", "a")["r"].phase == "UNOBSERVED"
    assert questions.readings(["r"], organisation.store.clock(), "accounts", "b")["r"].phase == "HELP"
    assert erased.certificate == {
        "destroyed": {"keys": 1, "handles": 2, "sealed": 8},
        "destroyed_on": "2026-01-31",
        "left": {"keys": 0, "handles": 0, "sealed": 0, "views": 0, "members": 0},
    }


def test_an_erasure_is_recorded_with_its_certificate_once_however_often_it_is_asked_for(organisation: Organisation) -> None:
    erased = organisation.erasing.erase("anna")
    assert organisation.erasing.erase("anna") == erased
    assert organisation.erasing.go_on() == 0
    with organisation.store.reading() as connection:
        stream = organisation.store.streams(connection, ["participant/anna"], organisation.store.keys.ring())["participant/anna"]
    (told,) = [event for event in stream if event.kind.name == "participant_erased"]
    assert (told.position, told.id, told.recordedby) == (erased.position, erased.event, "system/erasure")
    assert (told.data.requested_on, told.data.certificate) == ("2026-01-31", erased.certificate)


def test_nothing_is_recorded_any_more_about_who_was_erased_and_the_others_go_on(organisation: Organisation) -> None:
    organisation.erasing.erase("anna")
    refused = record(organisation.store, [account("again", "r", "a", named="help"), *person("anna")[1:]])
    assert set(rules(refused).values()) == {"erased_person", "id_conflict"} or set(rules(refused).values()) <= {
        "erased_person",
        "after_erasure",
    }
    assert record(organisation.store, [account("more", "r", "b", named="both")]).recorded == 1


def test_nobody_is_erased_who_is_not_registered(organisation: Organisation) -> None:
    with pytest.raises(Refused) as refused:
        organisation.erasing.erase("nobody")
    assert refused.value.refusal.rule == "participant_unknown"
    assert organisation.erasing.ledger.all() == []


@pytest.mark.parametrize(("owner", "step", "left"), [(Keys, "erase", "keys"), (Runner, "forget", "views")])
def test_no_erasure_is_certified_that_left_something_behind(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, owner: Any, step: str, left: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, lambda *_: "2026-01-31")
        with pytest.raises(Unfinished, match=f"'{left}': [12]"):
            organisation.erasing.erase("anna")
    assert organisation.erasing.go_on() == 1
    assert organisation.erasing.ledger.unfinished() == []


@pytest.mark.parametrize("step", ["destroy", "_wipe"])
def test_the_views_tell_nothing_any_more_of_an_erasure_that_cannot_be_finished_yet(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def breaks(*_: Any) -> None:
        raise Unfinished("not just now")

    monkeypatch.setattr(Erasures if step == "destroy" else Erasing, step, breaks)
    with pytest.raises(Unfinished):
        organisation.erasing.erase("anna")
    questions, now = organisation.questions, organisation.store.clock()
    assert questions.readings(["r"], now, "accounts", "a")["r"].phase == "UNOBSERVED"
    assert {member.participant for member in questions.members(["r"])["r"]} == {None, "bram"}
    assert questions.relationship_page(10, None, RelationshipFilter(participant="anna")).nodes == []


def test_erasures_that_are_killed_at_any_boundary_end_well() -> None:
    command = [sys.executable, str(TESTS / "erasure_kills.py"), "--kills", "1"]
    done = subprocess.run(command, env=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_who_was_registered_by_mistake_is_erased_too(organisation: Organisation) -> None:
    lines = [line("zoe", "participant_registered", "participant/zoe", {"name": "Zoë"})]
    assert record(organisation.store, [*lines, line("off", "event_retracted", "participant/zoe", {"event": "zoe"})]).recorded == 2
    erased = organisation.erasing.erase("zoe")
    assert erased.certificate is not None
    assert erased.certificate["destroyed"] == {"keys": 1, "handles": 0, "sealed": 1}
    assert data_of(organisation, "zoe") == {"name": {"erased": "2026-01-31"}}


def test_who_was_erased_on_the_platform_that_an_export_is_from_stays_so(organisation: Organisation, place: Place) -> None:
    organisation.erasing.erase("anna")
    exported = list(cloudevents.lines(organisation.store, 0))
    with closing(Organisation(opened(place.beside("another")))) as another:
        assert record(another.store, exported, restore=True).recorded == len(exported)
        told = another.erasing.erase("anna")
        mine = organisation.erasing.erase("anna")
        assert (told.event, told.position, told.certificate) == (mine.event, mine.position, mine.certificate)
        another.erasing.ledger.replay()
        assert another.erasing.ledger.left(told, []) == {"keys": 0, "handles": 0, "sealed": 0}
        assert data_of(another, "said-by-anna")["voice"] == {"erased": "2026-01-31"}


STEPS = ("request", "freeze", "count", "destroy", "_wipe", "_left", "finish")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_erasure_that_was_broken_off_goes_on(
    organisation: Organisation, place: Place, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    broken = Erasures if hasattr(Erasures, step) else Erasing
    meant = getattr(broken, step)

    def breaks(*given: Any) -> Any:
        if after:
            meant(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(broken, step, breaks)
        with pytest.raises(KeyboardInterrupt):
            organisation.erasing.erase("anna")
    # Another process finds it, unless nothing was asked for yet.
    with closing(Organisation(opened(place))) as other:
        assert other.erasing.go_on() == ((step, after) not in {("request", False), ("finish", True)})
        erased = other.erasing.erase("anna")
    whole = erased.certificate is not None and erased.certificate["destroyed"] == {"keys": 1, "handles": 2, "sealed": 8}
    assert whole
    with organisation.store.reading() as connection:
        assert organisation.runner.named(connection, ["anna"]) == 0
        stream = organisation.store.streams(connection, ["participant/anna"], organisation.store.keys.ring())["participant/anna"]
    assert [event.kind.name for event in stream].count("participant_erased") == 1
    assert organisation.questions.readings(["r"], organisation.store.clock(), "accounts", "a")["r"].phase == "UNOBSERVED"
