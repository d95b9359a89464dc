"""What the verbs that ask print, and what is told of what cannot be asked. All of it within one process, where much can be asked."""

import json
from pathlib import Path

import pytest
from command_line import EXAMPLES, Run, answer, refused, run_within
from sent_lines import line, pair
from test_joined import joined


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the examples are recorded."""
    folder = tmp_path_factory.mktemp("recorded")
    done = run_within(folder)("import", *EXAMPLES)
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="module")
def run(recorded: Path) -> Run:
    return run_within(recorded)


# Asking


def test_relationships_come_by_the_page(run: Run) -> None:
    first = answer(run("list", "--json", "--first", "6"))
    assert first["pageInfo"]["hasNextPage"] is True
    rest = answer(run("list", "--json", "--after", first["pageInfo"]["endCursor"]))
    assert rest["pageInfo"]["hasNextPage"] is False
    ids = [node["id"] for node in first["nodes"] + rest["nodes"]]
    assert sorted(ids) == [Path(path).stem for path in EXAMPLES]
    assert first["nodes"][0].keys() == {"id", "initiative", "origin", "startedOn", "endedOn"}
    assert first["nodes"][0]["initiative"].keys() == {"id"}


def test_relationships_are_found_by_what_they_are(run: Run) -> None:
    def found(*said: str) -> list[str]:
        return sorted(node["id"] for node in answer(run("list", "--json", *said))["nodes"])

    assert found("--initiative", "cycling-buddies") == ["petra-maaike"]
    assert found("--participant", "lars-a") == ["lars"]
    assert found("--ended") == ["bonus-grandparents-stopped", "garden-volunteer"]
    assert "petra-maaike" in found("--phase", "ambiguity", "--at", "2021-06-01")


def test_a_reading_is_that_of_the_schema(run: Run) -> None:
    reading = answer(run("reading", "petra-maaike", "--at", "2021-06-01", "--lens", "accounts", "--holder", "a", "--json"))
    assert (reading["phase"], reading["kind"], reading["direction"]) == ("HELP", None, [["a", "b"]])
    assert reading["because"][0]["event"]["data"] == {"named": "help", "help": 0.8, "meaning_for": "other"}
    known = answer(run("reading", "petra-maaike", "--at", "2021-06-01", "--known-at", "2000-01-01", "--json"))
    assert (known["phase"], known["direction"]) == ("UNOBSERVED", None)
    shown = run("reading", "petra-maaike", "--at", "2021-06-01").out
    assert "ambiguity" in shown
    assert "the term ended: left open" in shown


def test_a_trajectory_has_columns_of_equal_length(run: Run) -> None:
    said = ("trajectory", "lars", "--from", "2021-01-10", "--to", "2021-06-01", "--step", "30", "--json")
    columns = answer(run(*said))
    assert {len(columns[name]) for name in ("at", "phase", "help", "friendship", "ambiguity", "confidence")} == {5}


def test_moves_are_told_of_one_relationship_and_of_all(run: Run) -> None:
    one = answer(run("moves", "petra-maaike", "--json"))
    assert [(move["was"], move["now"]) for move in one] == [("UNOBSERVED", "HELP"), ("HELP", "AMBIGUITY")]
    assert one[0]["relationship"] == {"id": "petra-maaike"}
    assert [event["type"] for event in one[1]["triggers"]] == ["term_ended", "rhythm_changed"]
    page = answer(run("moves", "--was", "help", "--now", "ambiguity", "--first", "1", "--json"))
    assert len(page["nodes"]) == 1
    assert page["pageInfo"]["hasNextPage"] is True
    assert "the term lapsed" in run("moves").out


def test_room_and_history_are_those_of_the_schema(run: Run) -> None:
    assert answer(run("room", "astrid-janet", "--at", "2021-06-01", "--json"))["surprise"].keys() == {"self", "other", "unsaid"}
    assert "ambivalence" in run("room", "astrid-janet", "--at", "2021-06-01").out
    history = answer(run("history", "garden-volunteer", "--json"))
    assert [event["type"] for event in history][-1] == "relationship_ended"
    assert "cancelled by a" in run("history", "garden-volunteer").out


def test_what_asks_for_a_look_is_that_of_the_schema(run: Run) -> None:
    page = answer(run("attention", "--first", "3", "--json"))
    assert len(page["nodes"]) == 3
    assert page["nodes"][0].keys() == {"relationship", "kind", "since", "until", "event"}
    (lars,) = answer(run("attention", "--initiative", "groceries-for-elders", "--json"))["nodes"][:1]
    assert lars["relationship"] == {"id": "lars"}
    assert "--after" in run("attention", "--first", "3").out
    assert "sinds" in run("attention", "--language", "nl").out
    assert run("attention", "--initiative", "nowhere").out == "nothing\n"


@pytest.mark.parametrize("width", [80, 120])
def test_a_story_fits_its_width_and_needs_no_colour(run: Run, width: int) -> None:
    told = run("story", "petra-maaike", COLUMNS=str(width)).out
    assert max(map(len, told.splitlines())) <= width
    assert "\x1b" not in told
    assert "b  help seeker · petra-maaike-b" in told
    assert "▄help▄" in told
    assert "26 × met: a and b · outdoors · cycling" in told
    assert "▸ evidence · everybody: help → ambiguity" in told
    assert "no label on a person, no score" in " ".join(told.split())


def test_a_story_is_told_in_dutch(run: Run) -> None:
    told = run("story", "doris-marrit", "--language", "nl").out
    assert "wat openstond" not in told
    assert "ambiguïteit → vriendschap (de termijn verliep)" in " ".join(told.split())
    assert "geen etiket, geen score" in " ".join(told.split())


def test_a_story_as_json_is_the_relationship_with_all_of_its_parts(run: Run) -> None:
    told = answer(run("story", "petra-maaike", "--json"))
    assert told["initiative"]["name"] == "Cycling Buddies"
    assert told["members"][0]["participant"] == {"id": "petra-maaike-a"}
    assert {move["lens"] for move in told["moves"]} == {"evidence", "accounts"}
    assert told.keys() >= {"terms", "agreements", "reversals", "openings", "tensions", "history"}


@pytest.mark.parametrize("url", ["mysql://user:secret@host/name", "sqlite://", "sqlite:///", "sqlite:///:memory:", "tussenruimte.db"])
def test_a_database_that_cannot_be_is_refused_without_telling_its_secrets(tmp_path: Path, url: str) -> None:
    text = refused(run_within(tmp_path)("list", "--database", url))
    assert "sqlite:///" in text
    assert "secret" not in text
    assert not list(tmp_path.iterdir())


# What goes wrong


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (["story", "nobody"], "There is no relationship 'nobody' here."),
        (["reading", "lars", "--at", "3000-01-01"], "This lies ahead of now."),
        (["reading", "lars", "--at", "2021-03-01", "--lens", "rosy"], "There is no lens 'rosy'."),
        (["reading", "lars", "--at", "2021-03-01", "--holder", "z"], "'z' is no holder here"),
        (["list", "--after", "nowhere"], "This cursor was not given out"),
        (["import", "nowhere.jsonl"], "nowhere.jsonl: No such file or directory"),
        (["import", "."], "Is a directory"),
        (["list", "--organisation", "a b"], "An id or handle is"),
        (["list", "--database", "sqlite:///nowhere/x.db"], "There is no folder nowhere"),
    ],
)
def test_what_is_refused_is_told_in_a_line(run: Run, said: list[str], text: str) -> None:
    assert text in refused(run(*said))


@pytest.mark.parametrize(
    "said",
    [
        ["reading", "lars"],
        ["nothing"],
        ["list", "--language", "fr"],
        ["import"],
        ["import", "--restore", "--fresh-ids", "-"],
        ["moves", "lars", "--was", "help"],
        ["moves", "--known-at", "2021-01-01"],
    ],
)
def test_wrong_usage_ends_with_two(run: Run, said: list[str]) -> None:
    assert "Usage:" in refused(run(*said), 2)


VERBS = [
    "import", "export", "backup", "restore", "list", "story", "reading", "trajectory", "moves", "room", "codes", "agreement", "measures",
    "history", "attention", "lens", "scale", "coding", "rebuild", "migrate", "doctor", "serve", "work", "sign-in", "member", "grant",
    "token", "project", "analyse", "erase", "retention", "settings", "audit",
]  # fmt: skip


def test_every_verb_has_help(run: Run) -> None:
    told = run("--help").out
    assert [line.split()[0] for line in told.partition("Commands:")[2].splitlines() if line.strip()] == VERBS
    for verb in (["import"], ["story"], ["lens", "add"], ["token", "create"]):
        assert "--organisation" in run(*verb, "--help").out


def test_who_was_joined_is_listed_and_erased_as_one(tmp_path: Path) -> None:
    run = run_within(tmp_path)
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"\n".join([*pair(), *pair("s")[1:], joined("r-anna", "s-anna")]))
    answer(run("import", str(events), "--json"))
    found = answer(run("list", "--participant", "r-anna", "--json"))["nodes"]
    assert sorted(node["id"] for node in found) == ["r", "s"]
    asked = run("erase", "s-anna", given="n\n")
    assert "s-anna, r-anna" in asked.err
    erased = answer(run("erase", "s-anna", "--yes", "--json"))
    assert (erased["participant"], [other["participant"] for other in erased["joinedWith"]]) == ("s-anna", ["r-anna"])
    assert [one["certificate"]["destroyed"]["handles"] for one in (erased, *erased["joinedWith"])] == [1, 1]
    again = run("erase", "r-anna", "--yes").out
    assert ("r-anna was erased" in again, "s-anna was erased" in again) == (True, True)


def test_who_was_erased_elsewhere_is_told_of_without_a_certificate_of_ones_own(tmp_path: Path) -> None:
    run = run_within(tmp_path)
    gone = line("gone", "participant_erased", "participant/r-anna", {"requested_on": "2021-05-01", "certificate": {"other": 1}})
    sent = [json.loads(one) | {"position": place, "recorded": "2022-01-01T00:00:00Z"} for place, one in enumerate([*pair(), gone], 1)]
    assert run("import", "--restore", "-", given="\n".join(map(json.dumps, sent))).code == 0
    assert "r-anna is erased." in run("erase", "r-anna", "--yes").out
    assert "r-anna is gewist." in run("erase", "r-anna", "--yes", "--language", "nl").out
    assert "can no longer be told by their id" in run("audit", "access", "r-anna").err
