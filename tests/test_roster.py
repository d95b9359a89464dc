"""Who belongs to an organisation is invited, joins, and leaves; whoever has left gets in nowhere, and the last administrator stays."""

from collections.abc import Callable

import pytest
from sent_lines import Clock

from domain.model.errors import Refused
from domain.model.roles import Reach
from domain.model.time import DAY
from domain.store.accesses import Viewer, entries
from domain.store.roster import Roster
from domain.store.store import EventStore
from domain.store.tokens import Tokens

WHO = Viewer("command-line/jansen", "operator")


class House:
    """The members and tokens of an organisation."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.roster = Roster(store.database, store.accesses, clock)
        self.tokens = Tokens(store.database, clock)

    def link(self, id: str) -> str:
        return self.tokens.made_for(self.roster.of(id).role, 15, "link", member=id)

    def session(self, id: str) -> str:
        return self.tokens.made_for(self.roster.of(id).role, 60, "session", member=id)


@pytest.fixture
def house(opening: Callable[[], EventStore], clock: Clock) -> House:
    return House(opening(), clock)


def rule(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.rule


def test_a_coordinator_reaches_what_they_are_appointed_to(house: House) -> None:
    house.roster.invite("anna", "coordinator", WHO)
    token = house.tokens.check(house.session("anna"), house.clock())
    assert token is not None
    assert (token.role, token.reach, token.recorded_by) == ("coordinator", Reach(coordinator="anna"), "coordinator/anna")


def test_an_id_is_given_once_for_ever(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    house.roster.leaves("anna", WHO)
    with pytest.raises(Refused) as refused:
        house.roster.invite("anna", "coordinator", WHO)
    assert rule(refused) == "member_taken"


def test_whoever_left_gets_in_nowhere(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    session, link = house.session("anna"), house.link("anna")
    house.roster.leaves("anna", WHO)
    assert house.tokens.check(session, house.clock()) is None
    assert house.tokens.redeem(link) is None
    with pytest.raises(Refused) as refused:
        house.roster.leaves("anna", WHO)
    assert rule(refused) == "member_left"


def test_a_member_who_left_is_out_even_where_a_token_was_not_revoked(house: House) -> None:
    """A token made while somebody leaves is not among those that are revoked."""
    house.roster.invite("anna", "auditor", WHO)
    house.roster.leaves("anna", WHO)
    late = house.tokens.made_for("auditor", 60, "session", member="anna")
    assert house.tokens.check(late, house.clock()) is None


def test_a_link_gives_entry_once_and_is_no_token_to_ask_with(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    link = house.link("anna")
    assert house.tokens.check(link, house.clock()) is None
    found = house.tokens.redeem(link)
    assert found is not None
    assert found.member == "anna"
    assert house.tokens.redeem(link) is None


def test_a_session_is_no_link(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    assert house.tokens.redeem(house.session("anna")) is None


def test_the_last_administrator_cannot_leave(house: House) -> None:
    for id in ("anna", "bert", "carla"):
        house.roster.invite(id, "administrator", WHO)
    house.roster.joins("anna")
    with pytest.raises(Refused) as refused:
        house.roster.leaves("anna", WHO)
    assert rule(refused) == "last_administrator"
    house.roster.joins("bert")
    house.roster.leaves("anna", WHO)
    with pytest.raises(Refused) as refused:
        house.roster.leaves("bert", WHO)
    assert rule(refused) == "last_administrator"


def test_who_showed_an_identity_is_known_by_it(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    house.roster.joins("anna", ("https://id.example", "1"))
    assert [member.id for member in house.roster.identified("https://id.example", "1")] == ["anna"]
    assert house.roster.identified("https://other.example", "1") == []
    house.roster.leaves("anna", WHO)
    assert house.roster.identified("https://id.example", "1") == []


def test_every_change_stands_in_the_access_log(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    house.roster.leaves("anna", WHO)
    with house.store.reading() as connection:
        found = list(entries(connection, None, None))
    assert [(e.by, e.action, e.place, e.kinds) for e in found] == [
        ("command-line/jansen", "changed", "member/anna", ("left",)),
        ("command-line/jansen", "changed", "member/anna", ("invited",)),
    ]


def test_what_a_refused_change_was_leaves_no_entry(house: House) -> None:
    house.roster.invite("anna", "administrator", WHO)
    house.roster.joins("anna")
    with pytest.raises(Refused):
        house.roster.invite("anna", "auditor", WHO)
    with pytest.raises(Refused):
        house.roster.leaves("anna", WHO)
    with house.store.reading() as connection:
        assert len(list(entries(connection, None, None))) == 1


def test_a_role_is_given_what_it_needs_and_nothing_else(house: House) -> None:
    for role, reach, expected in (
        ("researcher", Reach(), "reach_needed"),
        ("participant", Reach(), "reach_needed"),
        ("auditor", Reach(initiatives=("a",)), "reach_not_given"),
        ("dashboard", Reach(project="p"), "reach_not_given"),
        ("king", Reach(), "wrong_word"),
    ):
        with pytest.raises(Refused) as refused:
            house.tokens.create(role, reach=reach)  # type: ignore[arg-type]
        assert rule(refused) == expected


def test_a_participant_who_is_erased_is_forgotten_as_a_member(house: House) -> None:
    member = house.roster.invite_participant("p1", WHO)
    session = house.session(member.id)
    assert house.roster.knows("p1") == 1
    house.roster.forget("p1")
    assert house.roster.knows("p1") == 0
    assert house.tokens.check(session, house.clock()) is None
    assert all(token.member != member.id for token in house.tokens.list())


def test_who_shows_to_be_another_loses_what_they_held(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    house.roster.joins("anna", ("https://id.example", "1"))
    session = house.session("anna")
    house.roster.joins("anna", ("https://id.example", "1"))
    assert house.tokens.check(session, house.clock()) is not None
    house.roster.joins("anna", ("https://id.example", "2"))
    assert house.tokens.check(session, house.clock()) is None
    assert house.roster.identified("https://id.example", "1") == []


def test_one_person_may_be_several_members_but_one_administrator(house: House) -> None:
    for id, role in (("anna", "administrator"), ("anna-2", "auditor"), ("anna-3", "administrator"), ("bert", "administrator")):
        house.roster.invite(id, role, WHO)  # type: ignore[arg-type]
    house.roster.joins("anna", ("https://id.example", "1"))
    house.roster.joins("anna-2", ("https://id.example", "1"))
    with pytest.raises(Refused) as refused:
        house.roster.joins("anna-3", ("https://id.example", "1"))
    assert rule(refused) == "entry_twice"
    house.roster.joins("bert", ("https://id.example", "2"))
    house.roster.leaves("anna", WHO)
    house.roster.joins("anna-3", ("https://id.example", "1"))
    assert [member.id for member in house.roster.identified("https://id.example", "1")] == ["anna-2", "anna-3"]


def test_links_and_sessions_that_ended_long_ago_are_kept_no_more(house: House) -> None:
    house.roster.invite("anna", "auditor", WHO)
    house.link("anna")
    house.session("anna")
    house.tokens.create(days=1)
    house.clock.now += 31 * DAY
    house.link("anna")
    assert sorted(token.use for token in house.tokens.list()) == ["link", "program"]
