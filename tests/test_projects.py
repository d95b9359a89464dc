"""A research project has a secret of its own, which stands with the keys and goes with the project; its id is given once for ever."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import run_within
from sent_lines import ROOT, Clock, initiative, opened, record
from store_places import Place

from domain.model.errors import Refused
from domain.model.roles import Reach
from domain.model.time import DAY
from domain.store import backup
from domain.store.accesses import Viewer, entries
from domain.store.database import Delete
from domain.store.key_places import DATA_KEYS
from domain.store.projects import Project, Projects, open_project, pseudonyms_of
from domain.store.pseudonyms import FORM, Pseudonyms, Weeks
from domain.store.roster import Roster
from domain.store.seals import DataKey
from domain.store.store import EventStore
from domain.store.sweeping import Sweeping
from domain.store.tokens import Tokens
from domain.store.turning import Spans, Turning
from tussenruimte import Organisation

WHO = Viewer("command-line/jansen", "operator")
ONE, OTHER = (Pseudonyms(DataKey(bytes([number]) * 32, 1)) for number in (1, 2))


@pytest.fixture
def store(opening: Callable[[], EventStore]) -> EventStore:
    return opening()


@pytest.fixture
def projects(store: EventStore) -> Projects:
    record(store, [initiative("home"), initiative("coffee")])
    return Projects(store)


def found(store: EventStore, id: str) -> Project:
    with store.reading() as connection:
        return open_project(connection, id)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as told:
        call()
    return told.value.refusal.rule


# Pseudonyms


def test_a_pseudonym_is_the_same_each_time_and_says_of_what_it_is() -> None:
    called = {ONE.relationship("x"), ONE.person("x"), ONE.initiative("x"), ONE.member("x", "x")}
    assert {name[0] for name in called} == {"r", "p", "i", "m"}
    assert len({name[1:] for name in called}) == 4

    assert all(re.fullmatch(FORM, name) for name in called)
    assert ONE.relationship("x") in called


def test_no_two_lists_of_ids_have_one_pseudonym() -> None:
    assert ONE.member("ab", "c") != ONE.member("a", "bc")


def test_two_projects_have_nothing_in_common() -> None:
    ids = [str(number) for number in range(1_000)]
    assert not {ONE.person(id) for id in ids} & {OTHER.person(id) for id in ids}
    shifts = {(ONE.weeks(id, 0).shift, OTHER.weeks(id, 0).shift) for id in ids}
    assert len(shifts) == 49, "what one project knows of a shift tells the other nothing"


def test_a_relationship_is_shifted_by_one_span_of_three_days_at_most_and_all_spans_come_up_alike() -> None:
    shifts = [ONE.weeks(str(number), 0).shift for number in range(7_000)]
    assert shifts == [ONE.weeks(str(number), 0).shift for number in range(7_000)]
    counted = [shifts.count(days) for days in range(7)]
    assert sum(counted) == 7_000
    assert all(850 < count < 1_150 for count in counted), counted


@pytest.mark.parametrize("shift", range(7))
def test_weeks_are_those_since_the_start_rounded_after_up_to_three_days(shift: int) -> None:
    began = 1_600_000_000_000_000
    weeks = Weeks(began, shift)
    assert weeks.of(began) == 0
    for days in range(100):
        assert weeks.of(began + days * DAY) == (days + (shift - 3) + 3) // 7
        assert abs(7 * weeks.of(began + days * DAY) - days) <= 6
    for week in range(20):
        assert [weeks.of(weeks.last_instant(week) + more) for more in (0, 1)] == [week, week + 1]


# Projects


def test_an_id_of_a_project_is_given_once_for_ever(projects: Projects) -> None:
    projects.create("study", "To learn.", WHO)
    assert refused(lambda: projects.create("study", "To learn.", WHO)) == "project_taken"
    projects.close("study", WHO)
    assert refused(lambda: projects.create("study", "To learn.", WHO)) == "project_taken"


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"id": "a b"}, "wrong_id"),
        ({"purpose": " "}, "project_purpose"),
        ({"purpose": "x" * 1_001}, "project_purpose"),
        ({"since": "2021-02-30"}, "date_impossible"),
        ({"until": "2021"}, "day_form"),
        ({"since": "2021-03-02", "until": "2021-03-01"}, "project_backwards"),
        ({"initiatives": ["home", "nowhere"]}, "initiative_unknown"),
        ({"lenses": []}, "project_lenses"),
    ],
)
def test_what_is_no_project_is_refused_and_leaves_nothing(store: EventStore, projects: Projects, said: dict[str, Any], rule: str) -> None:
    asked = {"id": "study", "purpose": "To learn.", "who": WHO, **said}
    assert refused(lambda: projects.create(**asked)) == rule  # type: ignore[arg-type]
    assert projects.all() == []
    assert [owner for owner, _, _ in store.keys.owners() if owner.startswith("project/")] == []


def test_a_researcher_belongs_to_a_project_that_is_there_and_open(store: EventStore, projects: Projects, clock: Clock) -> None:
    tokens, roster = Tokens(store.database, clock), Roster(store.database, store.accesses, clock)
    reach = Reach(project="study")
    assert refused(lambda: tokens.create("researcher", reach=reach)) == "project_unknown"
    assert refused(lambda: roster.invite("eva", "researcher", WHO, reach)) == "project_unknown"
    projects.create("study", "To learn.", WHO)
    assert tokens.create("researcher", reach=reach).startswith("tr_")
    assert roster.invite("eva", "researcher", WHO, reach).reach == reach
    projects.close("study", WHO)
    assert refused(lambda: tokens.create("researcher", reach=reach)) == "project_over"
    assert refused(lambda: roster.invite("noor", "researcher", WHO, reach)) == "project_over"


def test_every_change_of_projects_stands_in_the_access_log(store: EventStore, projects: Projects) -> None:
    projects.create("study", "To learn.", WHO)
    projects.close("study", WHO)
    with store.reading() as connection:
        told = [(entry.by, entry.place, entry.action, entry.kinds) for entry in entries(connection, None, ["project/study"])]
    assert told == [("command-line/jansen", "project/study", "changed", (kind,)) for kind in ("project_closed", "project_made")]


def test_the_secret_is_the_same_for_whoever_opens_the_store_and_another_in_each_project(place: Place, clock: Clock) -> None:
    with closing(opened(place, clock=clock)) as store:
        projects = Projects(store)
        named = [pseudonyms_of(projects.create(id, "To learn.", WHO), store.keys.ring()).person("anna") for id in ("one", "two")]
    assert len(set(named)) == 2
    with closing(opened(place, clock=clock)) as again:
        assert [pseudonyms_of(found(again, id), again.keys.ring()).person("anna") for id in ("one", "two")] == named


def test_a_copy_of_everything_without_the_root_key_names_nobody(place: Place, clock: Clock) -> None:
    with closing(opened(place, clock=clock)) as store:
        Projects(store).create("study", "To learn.", WHO)
        secret = store.keys.ring().key("project/study").secret
    stored = place.stored()
    assert b"project/study" in stored, "the control: what stands in the clear is found"
    assert secret not in stored
    assert secret.hex().encode() not in stored
    assert ROOT not in stored


def test_closing_a_project_destroys_its_secret_and_every_trace_of_it(place: Place, clock: Clock) -> None:
    with closing(opened(place, clock=clock)) as store:
        projects = Projects(store)
        projects.create("study", "To learn.", WHO)
        projects.create("other", "To learn.", WHO)
        with store.keys.place.reading() as db:
            wrapped = dict(db.execute(f"SELECT owner, wrapped FROM {db.table(DATA_KEYS)} k").fetchall())
        project = found(store, "study")
        pseudonyms_of(project, store.keys.ring())
        projects.close("study", WHO)
        assert refused(lambda: pseudonyms_of(project, store.keys.ring())) == "project_over", "it is served from nobody's memory"
        assert refused(lambda: found(store, "study")) == "project_over"
        assert refused(lambda: projects.close("study", WHO)) == "project_over"
        assert [(one.id, one.closed is not None) for one in projects.all()] == [("other", False), ("study", True)]
        stored = place.stored()
    assert bytes(wrapped["project/other"]) in stored, "the control: a secret that is kept is found"
    assert bytes(wrapped["project/study"]) not in stored


def test_whoever_closed_a_project_halfway_closes_it_by_asking_again(store: EventStore, projects: Projects) -> None:
    project = projects.create("study", "To learn.", WHO)

    with store.keys.place.writing() as db:
        db.write([Delete(DATA_KEYS, ("owner",), [("project/study",)])])
    assert refused(lambda: pseudonyms_of(project, store.keys.ring())) == "project_over", "meanwhile nothing is told of it"
    projects.close("study", WHO)
    assert [one.closed is not None for one in projects.all()] == [True]


def test_neither_sweeping_nor_turning_keys_takes_a_secret_away(store: EventStore, projects: Projects, clock: Clock) -> None:
    project = projects.create("study", "To learn.", WHO)
    before = pseudonyms_of(project, store.keys.ring()).person("anna")
    sweeping, turning = Sweeping(store), Turning(store, Spans())
    for _ in range(60):
        clock.now += DAY
        sweeping.step()
        turning.step()
    assert pseudonyms_of(project, store.keys.ring()).person("anna") == before
    assert "study" not in store.keys.ring().gone()


def test_a_backup_brings_projects_back_with_the_names_they_gave(place: Place, clock: Clock, tmp_path: Path) -> None:
    with closing(opened(place, clock=clock)) as store:
        projects = Projects(store)
        named = pseudonyms_of(projects.create("study", "To learn.", WHO), store.keys.ring()).person("anna")
        record(store, [initiative("home")])
        backup.save(store, tmp_path / "copy", lambda step, count: None)
    with closing(Organisation(opened(tmp_path / "other.db", clock=clock))) as brought:
        backup.load(brought.store, tmp_path / "copy", lambda step, count: None, Spans())
        assert [(one.id, one.made_by) for one in brought.projects.all()] == [("study", WHO.by)]
        assert pseudonyms_of(found(brought.store, "study"), brought.store.keys.ring()).person("anna") == named


# On the command line


def test_projects_are_looked_after_on_the_command_line(tmp_path: Path) -> None:
    run = run_within(tmp_path)
    sent = tmp_path / "sent.jsonl"
    sent.write_bytes(initiative("home"))
    assert run("import", str(sent)).code == 0
    purpose = "To learn how contacts begin."
    assert run("project", "create", "study", "--purpose", purpose, "--initiative", "home", "--until", "2026-01-31").out == "begun: study\n"
    (told,) = json.loads(run("project", "list", "--json").out)
    assert {name: told[name] for name in ("id", "purpose", "initiatives", "since", "until", "closed")} == {
        "id": "study", "purpose": purpose, "initiatives": ["home"], "since": None, "until": "2026-01-31", "closed": None,
    }  # fmt: skip
    assert "study" in run("project", "list").out
    assert run("token", "create", "--role", "researcher", "--project", "stdy").err == "Error: There is no research project 'stdy' here.\n"
    assert run("token", "create", "--role", "researcher", "--project", "study").code == 0
    assert run("project", "close", "study", "--yes").out == "closed study\n"
    assert run("project", "close", "study", "--yes", "--language", "nl").err == (
        "Error: Het onderzoeksproject 'study' is gesloten. Er wordt niets meer over verteld.\n"
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "Nobody called {name} may ask as a researcher of study. Invite them with `member invite {name} --role researcher"
            " --project study`, or make a token with `token create --name {name} --role researcher --project study`.\n",
        ),
        (
            "nl",
            "Niemand met de naam {name} mag als onderzoeker van study vragen. Nodig hen uit met `member invite {name} --role researcher"
            " --project study`, of maak een token met `token create --name {name} --role researcher --project study`.\n",
        ),
    ],
)
def test_a_project_that_is_bound_to_a_name_that_no_researcher_of_it_has_says_so(tmp_path: Path, language: str, told: str) -> None:
    """It can be bound before they are invited, who cannot be before it is there."""
    run = run_within(tmp_path)
    (tmp_path / "sent.jsonl").write_bytes(initiative("home"))
    assert run("import", str(tmp_path / "sent.jsonl")).code == 0
    created = run("project", "create", "study", "--purpose", "To learn.", "--researcher", "eva", "--language", language)
    assert (created.code, created.out, created.err) == (0, "begun: study\n", told.format(name="eva"))
    assert run("project", "create", "other", "--purpose", "To learn.").err == ""
    assert run("member", "invite", "eva", "--role", "researcher", "--project", "study").code == 0
    assert run("member", "invite", "noor", "--role", "auditor").code == 0
    assert run("member", "invite", "sami", "--role", "researcher", "--project", "other").code == 0
    assert run("token", "create", "--name", "sums", "--role", "researcher", "--project", "study").code == 0
    bound = run("project", "people", "study", "eva", "noor", "sami", "sums", "--language", language)
    assert (bound.code, bound.err) == (0, told.format(name="noor") + told.format(name="sami"))
    assert run("member", "leave", "eva").code == 0
    token = next(one["id"] for one in json.loads(run("token", "list", "--json").out) if one["name"] == "sums")
    assert run("token", "revoke", token).code == 0
    bound = run("project", "people", "study", "eva", "sums", "--language", language)
    assert bound.err == told.format(name="eva") + told.format(name="sums")
    assert run("project", "people", "study").err == ""
