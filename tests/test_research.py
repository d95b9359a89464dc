"""Who does research is told of those who consent to it, as long as they do, under pseudonyms and by weeks, and of nothing else."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from research_house import (
    BY_NAME,
    CONTACTS,
    FIELDS,
    WHOLE,
    House,
    began,
    consent,
    contact,
    over,
    recorded,
    research_house,
    seeker,
    somebody,
    texts,
    volunteer,
)
from store_places import Databases, Files, Place

from domain.model.time import DAY, day
from domain.store.pseudonyms import FORM

DATE = re.compile(r"\d{4}-\d\d|\d{4}-W|T\d\d:\d\d")


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with research_house(place) as house:
        yield house


# What is told


def test_a_researcher_is_told_how_relationships_were_read_week_by_week(house: House) -> None:
    told = house.ask(WHOLE, first=100)
    purpose = "To learn how contacts begin."
    assert told["project"] == {
        "id": "study", "purpose": purpose, "since": None, "until": None, "relationships": 7, "persons": 14, "withheld": None,
    }  # fmt: skip
    assert len(told["relationships"]["nodes"]) == CONTACTS
    for node in told["relationships"]["nodes"]:
        assert (node["origin"], node["censoring"]) == ("MATCHED", "RUNNING")
        assert sorted(member["side"] for member in node["members"]) == ["GIVES", "RECEIVES"]
        assert all((member["joined"], member["left"]) == (0, None) for member in node["members"])
        assert node["members"] == sorted(node["members"], key=lambda member: member["pseudonym"]), "and not who came first"
        assert {key: node["initiative"][key] for key in ("kind", "guidance", "contact")} == {
            "kind": "buddy", "guidance": "light", "contact": "fixed",
        }  # fmt: skip
        trajectory = node["trajectory"]
        assert trajectory["week"] == list(range(node["weeks"]))
        assert {len(trajectory[name]) for name in ("phase", "help", "friendship", "ambiguity", "confidence")} == {node["weeks"]}
        assert (trajectory["phase"][0], node["said"]["phase"][-1]) == ("HELP", "FRIENDSHIP")
        assert node["said"]["week"] == list(range(0, node["weeks"], 4))
        (first, *_) = node["moves"]
        assert (first["week"], first["was"], first["now"], first["cause"]) == (0, "UNOBSERVED", "HELP", "EVENTS")
        assert node["told"] == [{"week": 0, "now": "HELP"}]


def test_each_week_is_read_as_others_read_its_last_instant(house: House) -> None:
    """Against the trajectory that a coordinator is given, day by day: up to three days early or late, the same in all weeks."""
    for number in range(CONTACTS):
        by_name = house.ask(f"query($name: ID!) {{ research {{ relationship(pseudonym: $name) {{ {FIELDS} }} }} }}",
                            name=house.called(f"contact-{number}"))["relationship"]["trajectory"]  # fmt: skip
        days = house.organisation.questions.trajectories([f"contact-{number}"], step_days=1)[f"contact-{number}"]
        last = [7 * (week + 1) for week in by_name["week"]]
        fits = [
            shift for shift in range(7)
            if all(abs(days.confidence[n - shift - 1] - sure) < 0.02 and days.phase[n - shift - 1] == phase
                   for n, phase, sure in zip(last, by_name["phase"], by_name["confidence"], strict=True) if n - shift < len(days.at))
        ]  # fmt: skip
        assert fits, "no span of three days explains these weeks"


def test_the_same_readings_are_told_for_how_long_each_stood(house: House) -> None:
    house.record(over("contact-1", "2021-08-01"))
    several = 0
    for node in house.nodes():
        told = house.ask(BY_NAME, name=node["pseudonym"])["relationship"]["trajectory"]
        lasted = list(zip(*(told["spells"][column] for column in ("phase", "begin", "end", "points")), strict=True))
        assert [phase for phase, _, _, points in lasted for _ in range(points)] == told["phase"]
        assert [week for _, begin, end, _ in lasted for week in range(begin, end + 1)] == told["week"]
        assert all(one[0] != other[0] for one, other in pairwise(lasted))
        several += len(lasted) > 1
    assert several


def test_a_member_is_the_holder_of_their_own_reading(house: House) -> None:
    (node,) = [one for one in house.nodes() if one["pseudonym"] == house.called("contact-0")]
    query = """query($name: ID!, $holder: String) { research { relationship(pseudonym: $name) {
        trajectory(lens: "accounts", holder: $holder) { holder phase } moves(lens: "accounts", holder: $holder) { holder now } } } }"""
    by_side = {}
    for member in node["members"]:
        told = house.ask(query, name=node["pseudonym"], holder=member["pseudonym"])["relationship"]
        assert {told["trajectory"]["holder"], *(move["holder"] for move in told["moves"])} == {member["pseudonym"]}
        by_side[member["side"]] = told["trajectory"]["phase"][-1]
    assert by_side == {"GIVES": "UNOBSERVED", "RECEIVES": "FRIENDSHIP"}
    (other,) = [one for one in house.nodes() if one["pseudonym"] == house.called("contact-1")]
    elsewhere = house.ask(query, name=node["pseudonym"], holder=other["members"][0]["pseudonym"])["relationship"]
    assert elsewhere == {"trajectory": None, "moves": None}
    for wrong in (f"{volunteer(0)}-here", "nobody"):
        assert house.refusal(query, name=node["pseudonym"], holder=wrong) == "BAD_INPUT"


def test_all_members_are_told_with_readings_of_their_own(house: House) -> None:
    own = """{ research { relationships { nodes { members { pseudonym side
        trajectory(lens: "accounts", stepWeeks: 2) { holder week phase } moves(lens: "accounts") { holder now } } } } } }"""
    for node in house.ask(own)["relationships"]["nodes"]:
        for member in node["members"]:
            helped = member["side"] == "RECEIVES"
            assert member["trajectory"]["holder"] == member["pseudonym"]
            assert member["trajectory"]["phase"][-1] == ("FRIENDSHIP" if helped else "UNOBSERVED")
            assert member["moves"] == ([{"holder": member["pseudonym"], "now": "FRIENDSHIP"}] if helped else [])


def test_a_page_takes_as_many_questions_however_long_it_is(tmp_path: Path) -> None:
    with research_house(Files(tmp_path / "house.db")) as house:
        asked = []
        for first in (1, CONTACTS):
            house.ask(WHOLE, first=first)
            with house.served.statements() as seen:
                house.ask(WHOLE, first=first)
            asked.append([one for one in seen if "_1 " in one])
        assert len(asked[0]) == len(asked[1]) > 0, "of the views"


def test_a_whole_page_of_a_thousand_with_members_and_readings_may_be_asked(house: House) -> None:
    parts = "pseudonym weeks censoring origin members { pseudonym person side joined left }"
    read = "trajectory(stepWeeks: 4) { week phase help friendship ambiguity confidence } moves { week was now kind }"
    answer = house.answer(f"{{ research {{ relationships(first: 1000) {{ nodes {{ {parts} {read} }} pageInfo {{ endCursor }} }} }} }}")
    assert "errors" not in answer, answer


def test_pages_hold_everything_once_in_the_order_of_pseudonyms(house: House) -> None:
    found, after = [], None
    while True:
        page = house.ask(WHOLE, first=2, after=after)["relationships"]
        found += [node["pseudonym"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert re.fullmatch(FORM, after)
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == sorted(house.names())
    assert len(found) == CONTACTS


@pytest.mark.parametrize("variables", [{"after": "contact-1"}, {"after": "WzEsMl0"}, {"first": 0}, {"first": 1_001}])
def test_a_page_that_is_none_is_refused(house: House, variables: dict[str, Any]) -> None:
    assert house.refusal(WHOLE, **variables) == "BAD_INPUT"


@pytest.mark.parametrize("weeks", [0, 521])
def test_a_step_is_of_some_weeks(house: House, weeks: int) -> None:
    assert house.refusal(f"{{ research {{ relationships {{ nodes {{ trajectory(stepWeeks: {weeks}) {{ week }} }} }} }} }}") == "BAD_INPUT"


@pytest.mark.parametrize("step", [1, 2, 5, 26, 520])
def test_an_end_is_told_however_many_weeks_lie_between_two_readings(house: House, step: int) -> None:
    house.record(over("contact-1", "2021-08-01"))
    asked = (
        f"{{ research {{ relationships(first: 100) {{ nodes {{ weeks censoring trajectory(stepWeeks: {step}) {{ week phase }} }} }} }} }}"
    )
    nodes = house.ask(asked)["relationships"]["nodes"]
    (ended,) = [node for node in nodes if node["censoring"] == "ENDED"]
    told = ended["trajectory"]
    assert told["phase"].count("ENDED") == 1
    assert told["phase"][-1] == "ENDED"
    assert ended["weeks"] <= told["week"][-1] < ended["weeks"] + step
    assert not any("ENDED" in node["trajectory"]["phase"] for node in nodes if node is not ended)


def test_a_relationship_that_ended_is_told_up_to_its_last_week(house: House) -> None:
    house.record(over("contact-0", "2021-05-10"))
    (node,) = [one for one in house.nodes() if one["pseudonym"] == house.called("contact-0")]
    assert (node["censoring"], node["trajectory"]["week"][-1], node["trajectory"]["phase"][-1]) == ("ENDED", node["weeks"], "ENDED")
    assert node["weeks"] in (10, 11)  # Seventy days, and up to six.
    assert node["moves"][-1]["now"] == "ENDED"


def test_a_project_holds_what_began_in_its_period_and_ends_with_it(house: House) -> None:
    for number in range(8, 14):
        house.record(*somebody(volunteer(number), "research"), *somebody(seeker(number), "research"))
        house.record(*contact(f"late-{number}", volunteer(number), seeker(number), "2022-01-10"))
    house.record(over("contact-1", "2022-05-10"))
    house.project("short", since=began(1), until="2021-12-31")
    assert house.names("short") == {house.called(f"contact-{number}", "short") for number in range(1, CONTACTS)}
    whole = {node["pseudonym"]: node for node in house.nodes()}
    for node in house.nodes("short"):
        assert node["censoring"] == "PERIOD_OVER"
    (ended,) = [one for one in house.nodes("short") if one["pseudonym"] == house.called("contact-1", "short")]
    assert ended["weeks"] < whole[house.called("contact-1")]["weeks"]
    assert "ENDED" not in {*ended["trajectory"]["phase"], *(move["now"] for move in ended["moves"])}


def test_a_project_is_of_the_initiatives_it_names(house: House) -> None:
    for number in range(8, 14):
        house.record(*somebody(volunteer(number), "research"), *somebody(seeker(number), "research"))
        house.record(*contact(f"two-{number}", volunteer(number), seeker(number), "2022-01-10", "home-two"))
    house.project("two", initiatives=["home-two"])
    assert house.names("two") == {house.called(f"two-{number}", "two") for number in range(8, 14)}
    assert len(house.names()) == CONTACTS + 6


# What is never told


def test_no_id_name_handle_day_or_recorder_is_in_any_answer(house: House) -> None:
    every = recorded(house)
    assert {volunteer(0), f"{seeker(1)}-here", "Name of volunteer-2", "contact-3", "home-one", began(4), "coordinator/recorder-jansen",
            "The rain was secret."} <= every  # fmt: skip
    answer = house.ask(WHOLE, first=100)
    said = json.dumps(answer["relationships"])
    words = {"buddy", "light", "fixed", "friendship", "1.0"}  # Of closed lists, and a number.
    assert [text for text in every if len(text) > 2 and text.lower() not in words and text in said] == []
    assert not DATE.search(said)
    assert not DATE.search(json.dumps(house.answer(BY_NAME, name=volunteer(0))))


def test_two_projects_share_no_pseudonym_and_no_cursor(house: House) -> None:
    house.project("other")
    one, other = (texts([[node["pseudonym"], node["initiative"]["pseudonym"], node["members"]] for node in house.nodes(project)])
                  - {"GIVES", "RECEIVES"} for project in ("study", "other"))  # fmt: skip
    assert len(one) == len(other) == CONTACTS * 5 + 1
    assert not one & other
    cursors = [house.ask(WHOLE, project, first=100)["relationships"]["pageInfo"]["endCursor"] for project in ("study", "other")]
    assert cursors[0] in one
    assert cursors[1] in other
    for project, name in (("other", house.called("contact-0")), ("study", "contact-0"), ("study", house.called("contact-0", "other"))):
        assert house.ask(BY_NAME, project, name=name)["relationship"] is None
    assert house.ask(BY_NAME, name=house.called("contact-0"))["relationship"] is not None


def test_two_organisations_in_one_database_share_nothing_though_all_is_called_alike(databases: Databases) -> None:
    databases.empty()
    with research_house(databases, "one") as one, research_house(databases, "other") as other:
        assert len(one.names()) == len(other.names()) == CONTACTS
        assert not one.names() & other.names()
        assert one.ask(BY_NAME, name=other.called("contact-0"))["relationship"] is None
        assert one.served.answer(WHOLE, other.researcher())["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        one.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
        assert (len(one.names()), len(other.names())) == (CONTACTS - 1, CONTACTS)


def test_asking_again_and_again_tells_no_more_of_a_day(house: House) -> None:
    """The span by which weeks are early or late stays the same: nobody gets nearer to a day by asking on many days."""
    seen = set()
    for _ in range(14):
        house.clock.now += DAY
        (node,) = [one for one in house.nodes() if one["pseudonym"] == house.called("contact-0")]
        seen.add((house.clock.now - day(began(0))) // DAY - 7 * node["weeks"])
    assert len(seen) == 7, "a week turns every seven days"


def test_projects_are_shifted_each_by_its_own_span(house: House) -> None:
    for id, on in (("more", "2021-09-08"), ("other", "2021-09-11")):
        match, *_ = contact(id, volunteer(0), seeker(1), "2021-09-01")
        house.record(match, over(id, on))
    weeks: dict[str, set[int]] = {"more": set(), "other": set()}
    for number in range(24):
        house.project(f"p{number}")
        for id, seen in weeks.items():
            seen.add(house.ask(BY_NAME, f"p{number}", name=house.called(id, f"p{number}"))["relationship"]["weeks"])
    assert weeks == {"more": {1}, "other": {1, 2}}, "seven days are a week, ten one or two"


def test_shares_have_two_decimals(house: House) -> None:
    for node in house.nodes():
        for name in ("help", "friendship", "ambiguity", "confidence"):
            assert all(share is None or round(share, 2) == share for share in node["trajectory"][name])
