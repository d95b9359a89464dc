"""Who is told of for research: those who consent to it, as long as all in their relationship do; and who is told of them."""

from collections.abc import Iterator

import pytest
from live import EVENTS, MOVES, live
from research_house import (
    BY_NAME,
    CONTACTS,
    WHO,
    WHOLE,
    House,
    consent,
    contact,
    research_house,
    seeker,
    somebody,
    volunteer,
)
from sent_lines import line
from store_places import Place

from domain.model.errors import Refused
from domain.model.roles import Reach, Role
from domain.store.accesses import viewed_by
from domain.store.database import Insert
from projections.runner import Runner
from projections.set_aside import SET_ASIDE
from projections.views.accesses import access_page
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.research import Research
from projections.views.scope import Scope
from projections.views.trajectories import Trajectories


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with research_house(place) as house:
        yield house


def given(house: House, project: str = "study") -> set[str]:
    """The relationships of which the project is told, by their own ids."""
    ids = [f"contact-{number}" for number in range(CONTACTS)] + ["more", "other"]
    return {id for id in ids if house.called(id, project) in house.names(project)}


ALL = {f"contact-{number}" for number in range(CONTACTS)}


# Who is in it


def test_withdrawing_takes_a_relationship_out_at_once_wherever_it_was_told(house: House) -> None:
    research, scope = house.organisation.research, Scope("buurtmaat", "researcher", Reach(project="study"))
    assert given(house) == ALL
    name = house.called("contact-0")
    assert house.ask(BY_NAME, name=name)["relationship"]["weeks"] > 0
    assert research.trajectories(["contact-0"], scope).keys() == research.moves(["contact-0"], scope).keys() == {"contact-0"}
    house.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
    assert given(house) == ALL - {"contact-0"}
    assert house.ask(BY_NAME, name=name)["relationship"] is None
    assert research.trajectories(["contact-0"], scope) == research.moves(["contact-0"], scope) == {}
    assert house.ask(WHOLE)["project"]["persons"] == 12
    house.record(consent(seeker(0), occurred="2022-02-01", event="again"))
    assert given(house) == ALL, "the control: with the consent it is there, under the name it had"


def test_who_wants_nothing_recorded_any_more_is_out_of_research(house: House) -> None:
    house.record(consent(volunteer(1), "record", "withdrawn", "2022-01-01"))
    assert given(house) == ALL - {"contact-1"}


def test_who_is_erased_is_out_of_research(house: House) -> None:
    name = house.called("contact-2")
    assert name in house.names()
    house.organisation.erasing.erase(volunteer(2))
    assert given(house) == ALL - {"contact-2"}
    assert house.ask(BY_NAME, name=name)["relationship"] is None


def test_who_is_being_erased_is_out_of_research_before_the_views_know(house: House) -> None:
    assert given(house) == ALL
    house.organisation.store.keys.freeze(f"participant/{volunteer(2)}")
    assert given(house) == ALL - {"contact-2"}


def test_a_member_who_does_not_consent_keeps_the_whole_relationship_out(house: House) -> None:
    house.record(*somebody("reluctant"), *contact("more", "reluctant", seeker(0), "2021-09-01"))
    assert given(house) == ALL
    house.record(consent("reluctant"))
    assert given(house) == ALL | {"more"}, "the control: only their consent was missing"


def test_also_one_who_left_long_ago(house: House) -> None:
    house.record(*somebody("reluctant"))
    joined = {"handle": "third-here", "participant": "reluctant", "roles": ["volunteer"]}
    house.record(
        line("in", "member_joined", "relationship/contact-0", joined, "2021-06-01"),
        line("out", "member_left", "relationship/contact-0", {"handle": "third-here"}, "2021-07-01"),
    )
    assert given(house) == ALL - {"contact-0"}
    house.record(consent("reluctant"))
    assert given(house) == ALL
    (node,) = [one for one in house.nodes() if one["pseudonym"] == house.called("contact-0")]
    (third,) = [member for member in node["members"] if member["left"] is not None]
    assert (third["joined"], third["left"]) in {(13, 17), (13, 18), (14, 18)}, "92 days and 122, and up to six"


def test_where_fewer_than_ten_people_are_in_it_nothing_is_told_but_that(house: House) -> None:
    for number in range(2):
        house.record(consent(volunteer(number), way="withdrawn", occurred="2022-01-01"))
    assert len(house.names()) == 5, "ten people are enough"
    name = house.called("contact-3")
    house.record(consent(volunteer(2), way="withdrawn", occurred="2022-01-01"))
    told = house.ask(WHOLE)
    assert {key: told["project"][key] for key in ("relationships", "persons", "withheld")} == {
        "relationships": None, "persons": None, "withheld": "TOO_FEW",
    }  # fmt: skip
    nothing = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert told["relationships"] == house.ask(WHOLE, first=1)["relationships"] == nothing
    assert house.ask(BY_NAME, name=name)["relationship"] is None
    scope = Scope("buurtmaat", "researcher", Reach(project="study"))
    assert house.organisation.research.trajectories(["contact-3"], scope) == house.organisation.research.moves(["contact-3"], scope) == {}
    house.record(*somebody("ninth", "research"), *contact("more", "ninth", seeker(3), "2021-09-01"))
    assert house.names() == set(), "nine people are too few"
    house.record(*somebody("tenth", "research"), *contact("other", "tenth", seeker(3), "2021-09-01"))
    assert len(house.names()) == 6


def test_an_organisation_may_ask_for_more_than_ten(house: House) -> None:
    scope = Scope("buurtmaat", "researcher", Reach(project="study"))
    shown = [len(Research(house.organisation.store, house.organisation.runner, fewest).page(scope, 10, None).nodes) for fewest in (14, 15)]
    assert shown == [CONTACTS, 0]


def test_one_person_in_many_relationships_counts_once(house: House) -> None:
    house.project("late", since="2022-01-01")
    for number in range(9):
        house.record(*contact(f"many-{number}", volunteer(0), seeker(number % CONTACTS), "2022-02-01"))
    assert house.ask(WHOLE, "late")["project"]["withheld"] == "TOO_FEW"


def test_who_is_registered_twice_is_one_person_under_one_pseudonym(house: House) -> None:
    house.record(*somebody("a-second-time", "research"), *contact("more", "a-second-time", seeker(1), "2021-09-01"))

    def person_of(id: str) -> str:
        (node,) = [one for one in house.nodes() if one["pseudonym"] == house.called(id)]
        (giver,) = [member for member in node["members"] if member["side"] == "GIVES"]
        return str(giver["person"])

    assert house.ask(WHOLE)["project"]["persons"] == 15
    assert person_of("more") != person_of("contact-0")
    house.record(line("one", "participants_joined", f"participant/{volunteer(0)}", {"participant": "a-second-time"}, "2022-01-01"))
    assert house.ask(WHOLE)["project"]["persons"] == 14
    assert person_of("more") == person_of("contact-0")
    house.record(line("two", "participants_parted", f"participant/{volunteer(0)}", {"participant": "a-second-time"}, "2022-01-02"))
    assert person_of("more") != person_of("contact-0")


@pytest.mark.parametrize("stream", [f"participant/{volunteer(0)}", "relationship/contact-0"])
def test_where_the_views_cannot_say_what_holds_now_nothing_is_told(house: House, stream: str) -> None:
    assert given(house) == ALL
    store, runner = house.organisation.store, house.organisation.runner
    with store.database.writing("views") as connection:
        row = (stream, 1, 1, "Damaged", 1, 0, 0)
        connection.write([Insert(SET_ASIDE, [row])], runner.generation(connection))
    assert given(house) == ALL - {"contact-0"}


class Held(Runner):
    """Views that cannot be brought up: somebody who was paused holds their lock."""

    def keep_up(self) -> None:
        pass


def test_while_the_views_are_behind_nothing_is_told(house: House) -> None:
    """A withdrawal may be among what they lack."""
    store, scope = house.organisation.store, Scope("buurtmaat", "researcher", Reach(project="study"))
    research = Research(store, Held(store, [Histories(), Trajectories(), Attention()]), 10)
    house.organisation.runner.catch_up()
    assert len(research.page(scope, 10, None).nodes) == CONTACTS
    house.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
    with pytest.raises(Refused) as refused:
        research.page(scope, 10, None)
    assert refused.value.refusal.rule == "research_behind"
    house.organisation.runner.catch_up()
    assert len(research.page(scope, 10, None).nodes) == CONTACTS - 1


# Who may ask, and who is told of it


@pytest.mark.parametrize("role", ["coordinator", "auditor", "dashboard", "administrator"])
def test_nobody_else_asks_for_what_is_told_for_research(house: House, role: Role) -> None:
    (error,) = house.served.answer(WHOLE, house.who(role))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    with pytest.raises(Refused) as refused:
        house.organisation.research.page(Scope("buurtmaat", role, Reach(project="study")), 10, None)
    assert refused.value.refusal.rule == "not_allowed", "nor past the pages of the web"


@pytest.mark.parametrize(
    "query",
    [
        '{ relationship(id: "contact-0") { id } }',
        "{ relationships { nodes { id } } }",
        '{ participant(id: "volunteer-0") { id } }',
        "{ initiatives { nodes { id } } }",
        "{ events { nodes { id } } }",
        "{ moves { nodes { at } } }",
        "{ lenses { name } }",
        "{ audit { checkpoint } }",
        "{ audit { accessLog { nodes { at } } } }",
        'mutation { withdrawConsent(participant: "volunteer-0", scope: RECORD) { position } }',
    ],
)
def test_a_researcher_asks_for_nothing_else(house: House, query: str) -> None:
    assert house.refusal(query) == "FORBIDDEN"


@pytest.mark.parametrize("feed", [EVENTS, MOVES])
def test_a_researcher_follows_no_feed(house: House, feed: str) -> None:
    with live(house.served, house.researcher()["Authorization"].removeprefix("Bearer ")) as one:
        one.subscribe(feed)
        message = one.message()
        assert message["type"] == "error" or message["payload"]["errors"], message


def test_of_a_project_that_is_closed_nothing_is_told(house: House) -> None:
    researcher = house.researcher()
    assert "errors" not in house.served.answer(WHOLE, researcher)
    house.organisation.projects.close("study", WHO)
    (error,) = house.served.answer("{ research { project { id } } }", researcher)["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_who_is_looked_at_for_research_sees_that_they_were(house: House) -> None:
    house.nodes()
    with viewed_by(WHO):
        page = access_page(house.organisation.store, 100, None, participant=seeker(0))
    told = {(one.by, one.role, one.action, one.place, *one.kinds) for one in page.nodes}
    assert told >= {("token/researcher", "researcher", "read", "relationship/contact-0", kind) for kind in ("members", "voices")}
    house.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
    house.nodes()
    with viewed_by(WHO):
        after = access_page(house.organisation.store, 100, None, participant=seeker(0))
    looks = [[one.position for one in found.nodes if one.role == "researcher"] for found in (page, after)]
    assert looks[0] == looks[1], "who withdrew is not looked at any more"
