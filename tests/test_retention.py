"""People are kept as long as their organisation says after the last of their relationships ended, and not a day longer once that is set."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sent_lines import Clock, ended, initiative, line, match, opened, person, record
from store_places import Place

from domain.model.errors import Refused
from domain.model.time import day
from projections.retention import Due
from tussenruimte import Organisation
from workers.loops import Erase


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = day("2025-03-31")
    return clock


@pytest.fixture
def organisation(place: Place, clock: Clock) -> Iterator[Organisation]:
    """Anna and Bram ended in 2023; Anna and Cleo go on; Dirk and Emma ended last month; Fay was never in a relationship."""
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        lines = [initiative(), *(one for who in ("anna", "bram", "cleo", "dirk", "emma", "fay") for one in person(who))]
        lines += [match("r", "anna", "bram"), match("s", "anna", "cleo"), match("t", "dirk", "emma")]
        outcome = record(organisation.store, [*lines, ended("r", "2023-02-28"), ended("t", "2025-02-28")])
        assert not outcome.refused
        yield organisation


def test_only_who_is_in_no_relationship_any_more_is_due_when_the_months_are_over(organisation: Organisation, clock: Clock) -> None:
    retention = organisation.retention
    assert retention.due(25) == [Due("bram", day("2023-02-28"))]
    assert retention.due(26) == []
    # A month before the last of March is the last of February.
    assert [one.participant for one in retention.due(1)] == ["bram", "dirk", "emma"]
    clock.now -= 1
    assert [one.participant for one in retention.due(1)] == ["bram", "dirk", "emma"]
    clock.now = day("2025-03-27")
    assert [one.participant for one in retention.due(1)] == ["bram"]


def test_nobody_is_erased_before_a_rule_is_set_and_then_whoever_is_due(organisation: Organisation) -> None:
    loop = Erase(organisation, None)
    assert (loop.step(), organisation.erasing.ledger.all(), organisation.retention.months()) == (False, [], None)
    organisation.retention.keep(12)
    assert organisation.retention.months() == 12
    assert loop.step() is True
    assert loop.step() is False
    (erased,) = organisation.erasing.ledger.all()
    assert (erased.participant, erased.certificate is not None) == ("bram", True)
    organisation.retention.keep(None)
    assert (loop.step(), organisation.retention.months()) == (False, None)


def test_who_resumed_is_not_due(organisation: Organisation) -> None:
    record(organisation.store, [line("again", "relationship_resumed", "relationship/r", {}, "2023-06-01")])
    assert [one.participant for one in organisation.retention.due(1)] == ["dirk", "emma"]


@pytest.mark.parametrize("months", [0, -1, 601])
def test_a_rule_of_no_months_or_of_lifetimes_is_refused(organisation: Organisation, months: int) -> None:
    for ask in (organisation.retention.keep, organisation.retention.due):
        with pytest.raises(Refused):
            ask(months)
    assert organisation.retention.months() is None
