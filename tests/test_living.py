"""The demo's contacts that move while somebody watches: all of it may have happened, and each of them moves."""

import json
from datetime import date
from itertools import islice

import pytest
from served import Served

from deploy import living


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2024, 2, 29)])
def test_all_of_it_may_have_happened_by_today_and_each_contact_moves(empty: Served, day: date) -> None:
    begin, happening = living.told(day)
    happened = list(happening)
    assert [one["occurred"] for one in happened] == sorted(one["occurred"] for one in happened)
    assert max(one["occurred"] for one in happened) <= day.isoformat()
    empty.record([*begin, *happened, *islice(living.going_on(day), 12)])
    moved = empty.ask('{ initiative(id: "around-the-corner") { relationships { nodes { moves { now } } } } }')
    phases = [[move["now"] for move in one["moves"]] for one in moved["initiative"]["relationships"]["nodes"]]
    assert len(phases) == 3
    assert all(len(set(one)) > 1 for one in phases), json.dumps(phases)
