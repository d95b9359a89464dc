"""The doctor says what is to be done from day to day and nobody sees to: keys that turn over, people who are kept no longer, signing."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sent_lines import Clock, ended, initiative, match, opened, person, record
from store_places import Place

from domain.model.time import DAY
from domain.store.accesses import Access, Viewer
from domain.store.database import EVENTS, Update
from projections.soundness import Finding, kept, signed, turned
from tussenruimte import Organisation


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def organisation(place: Place, clock: Clock) -> Iterator[Organisation]:
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        outcome = record(
            organisation.store, [initiative(), *person("anna"), *person("bram"), match("r", "anna", "bram"), ended("r", "2021-06-01")]
        )
        assert not outcome.refused
        organisation.runner.catch_up()
        yield organisation


def log(organisation: Organisation) -> Finding:
    return signed("log", organisation.log, organisation.store)


def test_a_key_that_nobody_turns_over_is_told(organisation: Organisation, clock: Clock) -> None:
    clock.now += 14 * DAY - 1
    assert turned(organisation.store, organisation.spans).sound
    clock.now += 1
    assert "let `work epochs` run" in turned(organisation.store, organisation.spans).detail
    assert organisation.store.keys.epochs.turn(organisation.spans.turn)
    assert turned(organisation.store, organisation.spans).sound


def test_who_is_kept_too_long_is_told_of_by_their_number(organisation: Organisation, clock: Clock) -> None:
    clock.now += 365 * DAY
    assert kept(organisation.retention, organisation.runner) == Finding("retention", True, "no rule is set")
    organisation.retention.keep(600)
    assert kept(organisation.retention, organisation.runner) == Finding("retention", True, "nobody is long due")
    organisation.retention.keep(1)
    assert kept(organisation.retention, organisation.runner) == Finding(
        "retention", False, "2 are long due to be erased: let `work erase` run"
    )
    for due in organisation.retention.due_now():
        organisation.erasing.erase(due.participant)
    assert kept(organisation.retention, organisation.runner).sound


def test_a_log_that_nobody_signs_is_told_from_the_third_day(organisation: Organisation, clock: Clock) -> None:
    clock.now += 2 * DAY - 1
    assert log(organisation) == Finding("log", True, "nothing of it is signed yet")
    clock.now += 1
    assert "let `work checkpoint` run" in log(organisation).detail
    organisation.log.sign()
    clock.now += 30 * DAY
    assert log(organisation).sound
    assert not record(organisation.store, [initiative("more")]).refused
    clock.now += 2 * DAY - 1
    assert log(organisation).sound
    clock.now += 1
    assert not log(organisation).sound
    organisation.log.sign()
    assert log(organisation).sound


def test_who_looked_is_to_be_signed_too(organisation: Organisation, clock: Clock) -> None:
    def accesses() -> Finding:
        return signed("log of accesses", organisation.access_log, organisation.store)

    clock.now += 2 * DAY
    assert accesses().sound
    organisation.store.accesses.write(Viewer("token/k", "coordinator"), [Access("relationship/r", ("members",))])
    assert accesses().sound
    clock.now += 2 * DAY
    assert "let `work checkpoint` run" in accesses().detail


def test_a_log_that_was_rewritten_is_told_first(organisation: Organisation, clock: Clock) -> None:
    organisation.log.sign()
    assert not record(organisation.store, [initiative("more")]).refused
    clock.now += 3 * DAY
    with organisation.store.database.writing("events") as connection:
        connection.write([Update(EVENTS, ("leaf",), ("position",), [(bytes(32), 1)])])
    found = log(organisation)
    assert not found.sound
    assert "work checkpoint" not in found.detail


def test_views_of_an_older_form_are_not_asked_who_is_due(organisation: Organisation, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.now += 365 * DAY
    organisation.retention.keep(1)
    monkeypatch.setattr(organisation.runner, "_version", "another")
    assert kept(organisation.retention, organisation.runner).sound
