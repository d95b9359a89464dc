"""What a project is told is frozen in releases, which give the same bytes until somebody withdraws; who holds one is written down."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import run_in
from research_house import WHO, House, consent, contact, over, research_house, seeker, somebody, volunteer
from sent_lines import initiative, line
from store_places import Place

from domain.model.errors import Refused
from domain.model.roles import Reach
from domain.model.time import DAY
from domain.store.accesses import Viewer, entries, viewed_by
from domain.store.database import HANDED, RELEASES, REVISIONS
from domain.store.releases import Release, Revision
from projections import releasing
from projections.releasing import Given, Out, head
from projections.releasing import line as written
from projections.views.scope import Scope

RELEASES_OF = "{ research { releases { number revision relationships sha256 given changed lenses stepWeeks position } } }"
MAKE = "mutation($lenses: [String!], $step: Int) { releaseResearch(lenses: $lenses, stepWeeks: $step) { number lenses stepWeeks sha256 } }"
SEEN = "{ organisation { projects { id people releases { number changed } handed { recipient release revision format tell } } } }"


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with research_house(place) as house:
        yield house


def scope(project: str = "study") -> Scope:
    return Scope("buurtmaat", "researcher", Reach(project=project))


def frozen(house: House, project: str = "study", **asked: Any) -> int:
    return house.organisation.releasing.release(scope(project), **asked).release.number


def taken(house: House, number: int = 1, project: str = "study", who: str = "member/eva") -> tuple[int, bytes]:
    """The revision and the bytes of a release, given to somebody."""
    with viewed_by(Viewer(who, "researcher")), house.organisation.releasing.given(scope(project), number, "folder") as given:
        return given.revision.number, whole(given)


def whole(given: Given) -> bytes:
    return head(given.out.release) + b"".join(written(told) for told in given.found)


def names(raw: bytes) -> set[str]:
    return {json.loads(one)["relationship"]["pseudonym"] for one in raw.splitlines()[1:]}


def refused(house: House, **asked: Any) -> str:
    with pytest.raises(Refused) as told:
        house.organisation.releasing.release(scope(), **asked)
    return told.value.refusal.rule


# The same bytes


def test_a_release_holds_what_is_told_when_it_is_made(house: House) -> None:
    house.record(over("contact-1", "2021-08-01"))
    frozen(house, lenses=["evidence"])
    _, raw = taken(house)
    nodes = {node["pseudonym"]: node for node in house.nodes()}
    lines = [json.loads(one) for one in raw.splitlines()[1:]]
    assert [one["relationship"]["pseudonym"] for one in lines] == sorted(nodes)
    for one in lines:
        node, relationship = nodes[one["relationship"]["pseudonym"]], one["relationship"]
        assert {key: relationship[key] for key in ("origin", "weeks", "censoring", "initiative", "members")} == {
            key: node[key] for key in ("origin", "weeks", "censoring", "initiative", "members")
        }
        pooled = next(read for read in one["readings"] if read["holder"] is None)["trajectory"]
        assert {key: pooled[key] for key in ("week", "phase", "help", "friendship", "ambiguity", "confidence")} == {
            key: node["trajectory"][key] for key in ("week", "phase", "help", "friendship", "ambiguity", "confidence")
        }
        called = [read["holder"] for read in one["readings"]]
        assert called == [None, "coordinator", *(member["pseudonym"] for member in node["members"])]


def test_whatever_is_recorded_later_a_release_has_the_bytes_it_had(house: House) -> None:
    frozen(house)
    before = taken(house)
    house.clock.now += 40 * DAY
    house.record(*somebody("late", "research"), *somebody("later", "research"), *contact("more", "late", "later", "2021-09-01"))
    house.record(
        line("met-late", "meeting_held", "relationship/contact-0", {"present": [f"{volunteer(0)}-here"]}, "2021-05-01"),
        line("undone", "event_retracted", "relationship/contact-1", {"event": "contact-1-said"}, "2021-06-01"),
        line("same", "participants_joined", f"participant/{volunteer(2)}", {"participant": seeker(3)}, "2021-06-01"),
        over("contact-4", "2021-06-01"),
    )
    assert len(house.names()) == 8, "what is asked now is told of all that"
    assert taken(house) == before
    assert house.organisation.releasing.now(scope())[0].why(1) is None
    assert frozen(house) == 2
    assert taken(house, 2)[1] != before[1], "the control: what is frozen now holds it"


def test_the_hash_is_that_of_the_bytes(house: House) -> None:
    made = house.organisation.releasing.release(scope())
    _, raw = taken(house)
    assert made.earlier[0].sha256 == hashlib.sha256(raw).hexdigest()
    assert made.earlier[0].relationships == len(raw.splitlines()) - 1 == 7


# Withdrawn


def test_who_withdraws_is_in_no_release_any_more_and_it_says_that_it_changed(house: House) -> None:
    frozen(house)
    _, before = taken(house)
    house.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
    revision, after = taken(house)
    assert (revision, names(before) - names(after)) == (2, {house.called("contact-0")})
    assert after == b"".join(one for one in before.splitlines(True) if house.called("contact-0").encode() not in one), "nothing else did"
    (told,) = house.ask(RELEASES_OF)["releases"]
    assert (told["revision"], told["relationships"], told["changed"]) == (2, 6, "WITHDRAWN")
    assert taken(house) == (2, after)


def test_who_was_a_member_as_was_known_and_withdraws_takes_it_out_though_it_was_a_mistake(house: House) -> None:
    house.record(*somebody("third", "research"))
    joined = {"handle": "third-here", "participant": "third", "roles": ["volunteer"]}
    house.record(line("third-in", "member_joined", "relationship/contact-0", joined, "2021-06-01"))
    frozen(house)
    house.record(line("third-undone", "event_retracted", "relationship/contact-0", {"event": "third-in"}, "2021-06-02"))
    assert house.called("contact-0") in names(taken(house)[1])
    house.record(consent("third", way="withdrawn", occurred="2022-01-01"))
    assert house.called("contact-0") in house.names(), "the control: they are no member any more"
    assert house.called("contact-0") not in names(taken(house)[1])


def test_who_is_erased_is_in_no_release_any_more(house: House) -> None:
    frozen(house)
    house.organisation.erasing.erase(volunteer(2))
    revision, after = taken(house)
    assert revision == 2
    assert house.called("contact-2") not in names(after)


def test_who_consents_again_is_in_the_revision_that_there_was(house: House) -> None:
    frozen(house)
    before = taken(house)
    house.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
    assert taken(house)[0] == 2
    house.record(consent(seeker(0), occurred="2022-02-01", event="again"))
    assert taken(house) == before


def test_who_consented_only_later_is_in_no_release_from_before(house: House) -> None:
    house.record(*somebody("slow"), *somebody("quick", "research"), *contact("more", "slow", "quick", "2021-09-01"))
    frozen(house)
    house.record(consent("slow"))
    assert house.called("more") not in names(taken(house)[1])
    assert house.called("more") in house.names(), "the control: now it is told"


def test_of_too_few_people_no_release_is_made_and_none_given_out(house: House) -> None:
    frozen(house)
    taken(house)
    for number in range(3):
        house.record(consent(volunteer(number), way="withdrawn", occurred="2022-01-01"))
    assert refused(house) == "release_withheld"
    with pytest.raises(Refused) as told:
        taken(house)
    assert told.value.refusal.rule == "release_withheld"
    (one,) = house.organisation.releasing.handed(scope())
    assert one.why == "WITHHELD"


# Who holds what


def test_after_a_withdrawal_it_is_named_who_holds_what_was_withdrawn(house: House) -> None:
    frozen(house)
    taken(house, who="member/eva")
    house.record(consent(seeker(0), way="withdrawn", occurred="2022-01-01"))
    taken(house, who="member/noor")
    found = house.organisation.releasing.handed(scope())
    assert [(one.given.recipient, one.given.revision, one.why) for one in found] == [
        ("member/eva", 1, "WITHDRAWN"), ("member/noor", 2, None),
    ]  # fmt: skip
    told = house.served.answer(SEEN, house.who("administrator"))
    assert told["data"]["organisation"]["projects"] == [
        {
            "id": "study", "people": None, "releases": [{"number": 1, "changed": "WITHDRAWN"}],
            "handed": [
                {"recipient": "member/eva", "release": 1, "revision": 1, "format": "folder", "tell": "WITHDRAWN"},
                {"recipient": "member/noor", "release": 1, "revision": 2, "format": "folder", "tell": None},
            ],
        }
    ]  # fmt: skip
    assert seeker(0) not in json.dumps(told)


def test_when_a_project_is_closed_all_who_hold_something_are_to_delete_it(house: House) -> None:
    frozen(house)
    taken(house)
    house.organisation.projects.close("study", WHO)
    assert [one.why for one in house.organisation.releasing.handed(Scope("buurtmaat", reach=Reach(project="study")))] == ["CLOSED"]
    told = house.served.answer(SEEN, house.who("administrator"))
    assert told["data"]["organisation"]["projects"][0]["releases"] == [{"number": 1, "changed": "CLOSED"}]
    with pytest.raises(Refused):
        taken(house)


def test_a_project_that_is_closed_while_a_release_is_written_is_given_to_nobody(house: House) -> None:
    frozen(house)
    register, projects = house.organisation.releasing.register, house.organisation.projects
    release = register.of("study", 1)
    projects.close("study", WHO)
    with pytest.raises(Refused):
        register.hand(release, 1, "zip", WHO)
    assert register.handed("study") == []


def test_what_is_frozen_at_once_by_several_is_one_release(house: House) -> None:
    frozen(house)
    register = house.organisation.releasing.register
    release = register.of("study", 1)
    (first,) = register.revisions(release)
    again = register.take_down("study", release.made, release.position, release.lenses, release.step, first, WHO)
    assert (again, register.all("study")) == (release, [release])


def test_whoever_was_looked_at_finds_it_in_the_log(house: House) -> None:
    frozen(house)
    with house.organisation.store.reading() as connection:
        assert not list(entries(connection, None, ["relationship/contact-0"])), "to freeze is not to look"
    taken(house)
    with house.organisation.store.reading() as connection:
        found = [(one.by, one.action, one.kinds) for one in entries(connection, None, ["relationship/contact-0"])]
        made = [(one.action, one.kinds) for one in entries(connection, None, ["project/study"])]
    assert found == [("member/eva", "export", ("members", "voices"))]
    assert ("changed", ("project_released",)) in made


def test_what_broke_off_was_given_to_nobody(house: House) -> None:
    frozen(house)

    def broken_off() -> None:
        with house.organisation.releasing.given(scope(), 1, "folder") as given:
            next(iter(given.found))
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        broken_off()
    assert house.organisation.releasing.handed(scope()) == []


def test_no_reading_and_no_pseudonym_stands_with_the_releases(house: House, place: Place) -> None:
    frozen(house)
    taken(house)
    stored = place.stored()
    assert b"member/eva" in stored, "the control: what stands there is found"
    assert not [name for name in house.names() if name.encode() in stored]
    with house.organisation.store.reading() as connection:
        for table in (RELEASES, REVISIONS, HANDED):
            assert len(connection.execute(f"SELECT * FROM {connection.table(table)} t").fetchall()) == 1


# Who may ask, and through what


def test_only_who_works_on_a_project_may_ask(house: House) -> None:
    house.project("closed-circle", people=["researcher"])
    assert house.nodes("closed-circle")
    house.organisation.projects.admit("closed-circle", ["eva"], WHO)
    assert house.refusal("{ research { project { id } } }", "closed-circle") == "FORBIDDEN"
    assert house.refusal(RELEASES_OF, "closed-circle") == "FORBIDDEN"
    house.project("over", people=["eva"])
    over_there = house.researcher("over")
    house.organisation.projects.close("over", WHO)
    assert house.served.answer(RELEASES_OF, over_there)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    house.organisation.projects.admit("closed-circle", None, WHO)
    assert house.nodes("closed-circle")


def test_a_project_is_asked_through_its_lenses_alone(house: House) -> None:
    house.project("accounts-only", lenses=["accounts@1"])
    query = "query($lens: String) { research { relationships { nodes { trajectory(lens: $lens) { lens } moves(lens: $lens) { lens } } } } }"
    assert {node["trajectory"]["lens"] for node in house.ask(query, "accounts-only")["relationships"]["nodes"]} == {"accounts"}
    assert house.refusal(query, "accounts-only", lens="evidence") == "FORBIDDEN"
    assert house.ask(query, "study", lens="evidence")
    number = frozen(house, "accounts-only")
    assert {read["lens"] for one in taken(house, number, "accounts-only")[1].splitlines()[1:] for read in json.loads(one)["readings"]} == {
        "accounts@1"
    }


def test_a_project_through_no_lens_is_refused_and_not_begun(house: House) -> None:
    begin = 'mutation { beginProject(input: { id: "none", purpose: "To learn.", lenses: [] }) { id } }'
    (error,) = house.served.answer(begin, house.who("administrator"))["errors"]
    assert (error["extensions"]["code"], "at least one lens" in error["message"]) == ("BAD_INPUT", True)
    assert [one.id for one in house.organisation.projects.all()] == ["study"]


def test_who_holds_a_revision_that_is_unknown_is_told_that_it_comes_out_otherwise() -> None:
    one = Revision(2, 0, 5, "0" * 64)
    assert Out(Release("study", 1, 0, "x", 1, ("evidence@1",), 1), one, [one]).why(1) == "OTHERWISE"


def test_a_researcher_freezes_and_is_told_of_releases(house: House) -> None:
    made = house.answer(MAKE, lenses=["accounts"], step=4)["data"]["releaseResearch"]
    assert (made["number"], made["lenses"], made["stepWeeks"]) == (1, ["accounts@1"], 4)
    (told,) = house.ask(RELEASES_OF)["releases"]
    assert (told["sha256"], told["given"], told["changed"]) == (made["sha256"], None, None)
    assert house.answer(MAKE, lenses=["nowhere"])["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert refused(house, lenses=[]) == "release_lenses"
    assert refused(house, step=0) == "research_step"


def test_who_freezes_what_was_frozen_already_has_that_release(house: House) -> None:
    assert (frozen(house), frozen(house), frozen(house, step=4), frozen(house, lenses=["accounts"])) == (1, 1, 2, 3)
    house.record(*somebody("newcomer"))
    assert (frozen(house), frozen(house)) == (4, 4)


def test_a_project_has_so_many_releases_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "MOST", 2)
    assert (frozen(house, step=1), frozen(house, step=2)) == (1, 2)
    assert refused(house, step=3) == "release_many"
    assert (frozen(house, step=2), len(house.ask(RELEASES_OF)["releases"])) == (2, 2)


def test_releases_are_not_listed_over_and_over_in_one_question(house: House) -> None:
    many = " ".join(f"a{number}: releases {{ number }}" for number in range(12))
    assert house.refusal(f"{{ research {{ {many} }} }}") == "TOO_COSTLY"


def test_releases_of_one_project_are_not_another_s(house: House) -> None:
    house.project("other")
    frozen(house)
    assert house.ask(RELEASES_OF, "other")["releases"] == []
    with pytest.raises(Refused) as told:
        taken(house, 1, "other")
    assert told.value.refusal.rule == "release_unknown"


# On the command line


def test_releases_are_made_and_listed_on_the_command_line(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    sent = tmp_path / "sent.jsonl"
    people = [one for number in range(5) for who in (volunteer(number), seeker(number)) for one in somebody(who, "research")]
    met = [one for number in range(5) for one in contact(f"c-{number}", volunteer(number), seeker(number), "2021-03-01", "home")]
    sent.write_bytes(b"\n".join([initiative("home"), *people, *met]))
    assert run("import", str(sent)).code == 0
    assert run("project", "create", "study", "--purpose", "To learn.", "--researcher", "eva", "--lens", "evidence").code == 0
    (told,) = json.loads(run("project", "list", "--json").out)
    assert (told["people"], told["lenses"]) == (["eva"], ["evidence@1"])
    made = run("project", "release", "study", "--step", "2")
    assert made.out.startswith("release 1: 5 relationships, read with evidence@1\nSHA-256 "), made.err
    (one,) = json.loads(run("project", "releases", "study", "--json").out)
    assert (one["number"], one["revision"], one["relationships"], one["changed"], one["sha256"]) == (1, 1, 5, None, made.out.split()[-1])
    assert "evidence@1" in run("project", "releases", "study").out
    assert run("project", "handed", "study", "--json").out == "[]\n"
    export = ("export", "research", "--project", "study", "--release", "1", "--out", "out")
    assert run(*export).out.startswith("out: release 1.1, 5 relationships\nSHA-256 "), "and it is there"
    assert (tmp_path / "out" / "spell.csv").exists()
    assert run(*export).err == "Error: out is there already. An export never writes over another: name a new folder.\n"
    (given,) = json.loads(run("project", "handed", "study", "--json", TUSSENRUIMTE_ACTOR="jansen").out)
    assert (given["release"], given["revision"], given["format"], given["tell"]) == (1, 1, "folder", None)
    assert "1" in run("project", "handed", "study").out
    assert run("project", "people", "study", "eva", "noor").out == "asked by: eva, noor\n"
    assert run("project", "release", "nowhere").err == "Error: There is no research project 'nowhere' here.\n"
    assert run("project", "release", "study", "--lens", "accounts").err.startswith("Error: The research project 'study' is read through")
