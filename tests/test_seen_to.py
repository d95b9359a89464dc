"""The doctor says what is to be done from day to day and nobody sees to: keys that turn over, people who are kept no longer, signing."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sent_lines import Clock, ended, initiative, match, opened, person, record
from store_places import Place

from domain.model.time import DAY
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
    assert kept(organisation.retention) == Finding("retention", True, "no rule is set")
    organisation.retention.keep(600)
    assert kept(organisation.retention) == Finding("retention", True, "nobody is long due")
    organisation.retention.keep(1)
    assert kept(organisation.retention) == Finding("retention", False, "2 are long due to be erased: let `work erase` run")
    for due in organisation.retention.due_now():
        organisation.erasing.erase(due.participant)
    assert kept(organisation.retention).sound


def test_a_log_that_nobody_signs_is_told_from_the_third_day(organisation: Organisation, clock: Clock) -> None:
    clock.now += 2 * DAY - 1
    assert log(organisation) == Finding("log", True, "nothing of it is signed yet")
    clock.now += 1
    assert "let `work checkpoint` run" in log(organisation).detail
    organisation.log.sign()
    clock.now += 30 * DAY
    assert log(organisation).sound
    assert not record(organisation.store, [initiative("more")]).refused
    assert not log(organisation).sound
    organisation.log.sign()
    assert log(organisation).sound
