"""Organisations that share a database, and initiatives that share an organisation, learn nothing of one another however they ask."""

from collections import Counter

import pytest
from hostile_requests import Found, Tenant, attacked, recorded, settled
from store_places import Databases

from projections.views.scope import Scope

ORGANISATIONS, REQUESTS = 3, 600


@pytest.fixture
def tenants(databases: Databases) -> list[Tenant]:
    databases.empty()
    return [settled(databases, number) for number in range(ORGANISATIONS)]


def found(databases: Databases, tenants: list[Tenant], seed: int) -> tuple[Found, Counter[str]]:
    whole, ways = Found(), Counter[str]()
    for one, kinds in attacked(databases, tenants, REQUESTS, seed):
        whole, ways = whole.and_then(one), ways + kinds
    return whole, ways


def test_nothing_of_elsewhere_is_told_and_not_yours_is_answered_as_not_there(databases: Databases, tenants: list[Tenant]) -> None:
    told, ways = found(databases, tenants, 1)
    assert told.requests >= REQUESTS
    assert set(ways) == {"relationship", "participant", "initiative", "event", "member", "grant", "token", "project", "other"}
    assert (told.foreign, told.told_apart, told.broken) == ((), (), ())
    assert recorded(databases, tenants) == []


def test_without_narrowing_initiatives_would_be_told_of_one_another(
    databases: Databases, tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the attack finds what is not kept apart."""
    monkeypatch.setattr(Scope, "is_whole", property(lambda _: True))
    told, _ = found(databases, tenants, 2)
    assert told.foreign
    assert told.told_apart
    assert recorded(databases, tenants)
