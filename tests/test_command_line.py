"""The program as people run it: a process of its own with files of its own, what it prints, and how it ends.

The ten examples are recorded once; a test that changes something works on a copy.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(str(path) for path in (ROOT / "examples").glob("*.jsonl"))
SETTINGS = ("TUSSENRUIMTE_DATABASE_URL", "TUSSENRUIMTE_ROOT_KEY", "TUSSENRUIMTE_ROOT_KEY_FILE", "COLUMNS", "FORCE_COLOR")
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**clean, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}


def run_in(folder: Path) -> Run:
    """Runs a verb in a folder. Whatever goes wrong, nobody is ever shown a traceback."""

    def run(*said: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tussenruimte", *said]
        done = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, env=environment(**settings), timeout=60)
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    done = run_in(folder)("import", *EXAMPLES)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def run(recorded: Path) -> Run:
    """Runs verbs that change nothing, where the examples are recorded."""
    return run_in(recorded)


@pytest.fixture
def copy(recorded: Path, tmp_path: Path) -> Path:
    """A folder with the examples recorded, to change."""
    folder = tmp_path / "copy"
    shutil.copytree(recorded, folder)
    return folder


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """What was said of it, in one line where the input was refused."""
    assert done.returncode == code
    assert done.stdout == ""
    if code == 1:
        assert done.stderr.count("\n") == 1
    return done.stderr


# Taking in


def test_what_is_recorded_again_is_there_already(copy: Path) -> None:
    told = answer(run_in(copy)("import", "--json", *EXAMPLES))
    assert told == {"recorded": 0, "already": 449, "refused": []}


def test_a_refused_line_is_told_with_its_file_line_id_field_and_rule_and_nothing_is_recorded(tmp_path: Path) -> None:
    good, bad = Path(EXAMPLES[0]).read_text().splitlines()[:2]
    bad = json.dumps({**json.loads(bad), "occurred": "yesterday"})
    run = run_in(tmp_path)
    done = run("import", "-", "--json", given=f"{good}\n\n{bad}\nno json\n")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["recorded"], told["already"]) == (0, 0)
    first, second = told["refused"]
    assert first | {"rule": ""} == {
        "file": "-", "line": 3, "id": json.loads(bad)["id"], "field": "occurred", "code": "BAD_INPUT", "rule": "",
    }  # fmt: skip
    assert "'yesterday' is not a date" in first["rule"]
    assert (second["line"], second["id"], second["field"]) == (4, None, None)
    dutch = run("import", "-", given=f"{good}\n\n{bad}\n", LANG="nl_NL.UTF-8")
    assert dutch.returncode == 1
    assert dutch.stdout == "recorded 0, already there 0, refused 1\n"
    assert dutch.stderr.startswith(f"-:3: {first['id']}: occurred: 'yesterday' is geen datum")
    assert answer(run("list", "--json"))["nodes"] == []


def test_keeping_going_leaves_out_the_refused_stream_and_takes_the_rest(tmp_path: Path) -> None:
    lines = [*Path(EXAMPLES[0]).read_text().splitlines(), *Path(EXAMPLES[1]).read_text().splitlines()]
    broken = json.loads(lines[-1])
    broken["data"] = {}
    run = run_in(tmp_path)
    done = run("import", "-", "--keep-going", "--json", given="\n".join([*lines[:-1], json.dumps(broken)]))
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert 0 < told["recorded"] < len(lines)
    assert told["recorded"] + len(told["refused"]) == len(lines)
    assert [node["id"] for node in answer(run("list", "--json"))["nodes"]] == [Path(EXAMPLES[0]).stem]


def test_fresh_ids_take_the_place_of_the_senders(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    kept = run("import", EXAMPLES[0], "--organisation", "kept")
    assert "--fresh-ids" in kept.stderr
    done = run("import", EXAMPLES[0], "--fresh-ids")
    assert done.returncode == 0
    assert "--fresh-ids" not in done.stderr
    name = Path(EXAMPLES[0]).stem
    assert name not in run("list").stdout
    assert name in run("list", "--organisation", "kept").stdout


def test_a_line_without_end_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    done = run_in(tmp_path)("import", "-", "--json", given="x" * 1_000_000 + "\n{}\n")
    assert [line["line"] for line in json.loads(done.stdout)["refused"]] == [1, 2]


# Giving out


def test_what_is_exported_and_restored_answers_alike_and_is_exported_alike(run: Run, tmp_path: Path) -> None:
    given = run("export").stdout
    assert [json.loads(line)["position"] for line in given.splitlines()] == list(range(1, 450))
    other = run_in(tmp_path)
    done = other("--organisation", "b", "import", "--restore", "-", given=given)
    assert done.returncode == 0
    assert "begins anew" in done.stderr
    back = other("--organisation", "b", "export").stdout
    assert [json.loads(line) for line in back.splitlines()] == [{**json.loads(line), "organisation": "b"} for line in given.splitlines()]
    asked = ("reading", "petra-maaike", "--at", "2021-06-01", "--json")
    assert answer(other(*asked, "--organisation", "b")) == answer(run(*asked))


def test_an_export_holds_what_was_sent(run: Run) -> None:
    sent = [json.loads(line) for path in EXAMPLES for line in Path(path).read_text().splitlines()]
    out = {"position", "recorded", "organisation"}
    given = [json.loads(line) for line in run("export").stdout.splitlines()]
    assert [{name: value for name, value in event.items() if name not in out} for event in given] == sent


def test_an_export_since_a_position_goes_on_after_it(run: Run) -> None:
    given = run("export", "--since", "447").stdout.splitlines()
    assert [json.loads(line)["position"] for line in given] == [448, 449]
    assert run("export", "--since", "449").stdout == ""


def test_a_restore_needs_an_empty_platform(copy: Path) -> None:
    run = run_in(copy)
    done = run("import", "--restore", "-", "--json", given=run("export").stdout)
    assert done.returncode == 1
    assert json.loads(done.stdout)["recorded"] == 0


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
    assert known["phase"] == "UNOBSERVED"
    shown = run("reading", "petra-maaike", "--at", "2021-06-01").stdout
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
    assert "the term lapsed" in run("moves").stdout


def test_room_and_history_are_those_of_the_schema(run: Run) -> None:
    assert answer(run("room", "astrid-janet", "--at", "2021-06-01", "--json"))["surprise"].keys() == {"self", "other", "unsaid"}
    assert "ambivalence" in run("room", "astrid-janet", "--at", "2021-06-01").stdout
    history = answer(run("history", "garden-volunteer", "--json"))
    assert [event["type"] for event in history][-1] == "relationship_ended"
    assert "cancelled by a" in run("history", "garden-volunteer").stdout


@pytest.mark.parametrize("width", [80, 120])
def test_a_story_fits_its_width_and_needs_no_colour(run: Run, width: int) -> None:
    told = run("story", "petra-maaike", COLUMNS=str(width)).stdout
    assert max(map(len, told.splitlines())) <= width
    assert "\x1b" not in told
    assert "▄help▄" in told
    assert "26 × met: a and b · outdoors · cycling" in told
    assert "▸ evidence · everybody: help → ambiguity" in told
    assert "no label on a person, no score" in " ".join(told.split())


def test_a_story_is_told_in_dutch(run: Run) -> None:
    told = run("story", "doris-marrit", "--language", "nl").stdout
    assert "wat openstond" not in told
    assert "ambiguïteit → vriendschap (de termijn verliep)" in " ".join(told.split())
    assert "geen etiket, geen score" in " ".join(told.split())


def test_a_story_as_json_is_the_relationship_with_all_of_its_parts(run: Run) -> None:
    told = answer(run("story", "petra-maaike", "--json"))
    assert told["initiative"]["name"] == "Cycling Buddies"
    assert told["members"][0]["participant"] == {"id": "petra-maaike-a"}
    assert {move["lens"] for move in told["moves"]} == {"evidence", "accounts"}
    assert told.keys() >= {"terms", "agreements", "reversals", "openings", "tensions", "history"}


# Looking after


def test_a_lens_is_published_once_and_read_with_at_once(copy: Path) -> None:
    run = run_in(copy)
    (copy / "lens.yaml").write_text("name: hasty\nversion: '1'\nhalf_life_days: 30\n")
    assert answer(run("lens", "add", "lens.yaml", "--json"))["name"] == "hasty"
    assert "hasty" in run("lens", "list").stdout
    reading = answer(run("reading", "mahmut", "--at", "2021-03-01", "--lens", "hasty", "--json"))
    assert (reading["lens"], reading["lensVersion"], reading["phase"]) == ("hasty", "1", "AMBIGUITY")
    assert "published already" in refused(run("lens", "add", "lens.yaml"))
    (copy / "lens.yaml").write_text("name: hasty\n")
    assert "version" in refused(run("lens", "add", "lens.yaml"))


def test_views_are_rebuilt_and_migrated(copy: Path) -> None:
    run = run_in(copy)
    before = run("list", "--json").stdout
    assert answer(run("rebuild", "--json")) == {"position": "449"}
    assert answer(run("migrate", "--json")) == {"store": 1, "views": "up to date"}
    assert run("list", "--json").stdout == before


def test_views_of_an_older_form_are_brought_up_by_migrate_alone(copy: Path) -> None:
    run = run_in(copy)
    with sqlite3.connect(copy / "tussenruimte.db") as database:
        database.execute("UPDATE generations SET version = 'older'")
    database.close()
    assert "tussenruimte migrate" in refused(run("list"))
    assert run("doctor").returncode == 1
    assert answer(run("migrate", "--json"))["views"] == "rebuilt"
    assert run("list").returncode == 0


def test_a_file_of_a_newer_version_is_left_alone(copy: Path) -> None:
    with sqlite3.connect(copy / "tussenruimte.db") as database:
        database.execute("UPDATE facts SET value = '999' WHERE name = 'store_version'")
    database.close()
    assert "newer version" in refused(run_in(copy)("list"))


def test_the_doctor_says_what_is_set_and_that_all_is_sound(run: Run) -> None:
    found = answer(run("doctor", "--json"))
    assert found["sound"] is True
    assert {finding["name"] for finding in found["findings"]} == {"leaves", "positions", "ids", "seals", "keys", "views"}
    assert {row["name"]: row["from"] for row in found["settings"]}["database"] == "default"
    assert "✓  leaves" in run("doctor").stdout


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("UPDATE events SET state = replace(state, 'cycling', 'walking') WHERE position = 400", "leaves"),
        ("DELETE FROM events WHERE position = 200", "positions"),
        ("UPDATE events SET id = 'another' WHERE position = 200", "ids"),
    ],
)
def test_the_doctor_sees_what_was_changed_behind_the_platforms_back(copy: Path, change: str, name: str) -> None:
    with sqlite3.connect(copy / "tussenruimte.db") as database:
        assert database.execute(change).rowcount == 1
    database.close()
    done = run_in(copy)("doctor", "--json")
    assert done.returncode == 1
    unsound = {finding["name"] for finding in json.loads(done.stdout)["findings"] if not finding["sound"]}
    assert name in unsound


def test_the_doctor_sees_a_missing_key(copy: Path) -> None:
    with sqlite3.connect(copy / "tussenruimte.db.keys") as database:
        database.execute("DELETE FROM data_keys WHERE owner = 'participant/lars-a'")
    database.close()
    done = run_in(copy)("doctor", "--json")
    assert done.returncode == 1
    assert {"keys", "seals"} <= {finding["name"] for finding in json.loads(done.stdout)["findings"] if not finding["sound"]}


def test_tokens_are_made_listed_and_revoked(copy: Path) -> None:
    run = run_in(copy)
    made = run("token", "create", "--name", "relay", "--days", "3")
    assert made.returncode == 0
    assert made.stdout.strip().startswith("tr_")
    assert made.stdout.count("\n") == 1
    (token,) = answer(run("token", "list", "--json"))
    assert (token["name"], token["role"], token["revoked"]) == ("relay", "administrator", None)
    assert made.stdout.strip() not in run("token", "list").stdout
    assert run("token", "revoke", token["id"]).returncode == 0
    assert answer(run("token", "list", "--json"))[0]["revoked"] is not None
    assert token["id"] in refused(run("token", "revoke", token["id"]))


# Settings


def test_two_organisations_stand_apart_in_files_of_their_own(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    first = run("import", EXAMPLES[0])
    second = run("--organisation", "other", "import", EXAMPLES[1])
    assert ("root key was made" in first.stderr, "root key was made" in second.stderr) == (True, False)
    names = ("tussenruimte.db", "tussenruimte.db.keys", "tussenruimte.db.root.key", "tussenruimte.other.db", "tussenruimte.other.db.keys")
    assert all((tmp_path / name).exists() for name in names)
    assert [node["id"] for node in answer(run("list", "--json"))["nodes"]] == [Path(EXAMPLES[0]).stem]
    assert [node["id"] for node in answer(run("list", "--json", "--organisation", "other"))["nodes"]] == [Path(EXAMPLES[1]).stem]
    assert json.loads(run("export", "--organisation", "other").stdout.splitlines()[0])["organisation"] == "other"


def test_a_database_is_named_before_or_after_the_verb_or_by_the_environment(tmp_path: Path, recorded: Path) -> None:
    run, url = run_in(tmp_path), f"sqlite:///{recorded / 'tussenruimte.db'}"
    before, after = run("--database", url, "list", "--json"), run("list", "--json", "--database", url)
    by_setting = run("list", "--json", TUSSENRUIMTE_DATABASE_URL=url)
    assert before.stdout == after.stdout == by_setting.stdout
    assert len(answer(before)["nodes"]) == 10


@pytest.mark.parametrize("url", ["postgresql://user:secret@host/name", "sqlite://", "sqlite:///", "sqlite:///:memory:", "tussenruimte.db"])
def test_a_database_that_cannot_be_is_refused_without_telling_its_secrets(tmp_path: Path, url: str) -> None:
    text = refused(run_in(tmp_path)("list", "--database", url))
    assert "sqlite:///" in text
    assert "secret" not in text
    assert not list(tmp_path.iterdir())


def test_a_lost_root_key_is_never_replaced_by_another(copy: Path) -> None:
    run, key = run_in(copy), copy / "tussenruimte.db.root.key"
    kept = key.rename(copy / "kept")
    assert "TUSSENRUIMTE_ROOT_KEY_FILE" in refused(run("list"))
    assert "TUSSENRUIMTE_ROOT_KEY_FILE" in refused(run("list", "--organisation", "new"))
    assert not key.exists()
    assert run("list", TUSSENRUIMTE_ROOT_KEY_FILE="kept").returncode == 0
    assert run("list", TUSSENRUIMTE_ROOT_KEY=kept.read_text()).returncode == 0
    assert "does not open" in refused(run("list", TUSSENRUIMTE_ROOT_KEY="A" * 43 + "="))


def test_lost_keys_are_never_replaced_by_others(copy: Path) -> None:
    run, keys = run_in(copy), copy / "tussenruimte.db.keys"
    keys.rename(copy / "kept")
    assert "keys are gone" in " ".join(refused(run("list")).replace("tussenruimte.db.keys ", "").split())
    assert not keys.exists()
    done = run("doctor", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["sound"] is False


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


def test_a_file_that_is_no_database_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "tussenruimte.db").write_text("Dear diary, today we went cycling.")
    assert "tussenruimte.db cannot be used" in refused(run_in(tmp_path)("list"))


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


VERBS = ["import", "export", "list", "story", "reading", "trajectory", "moves", "room", "history", "lens", "rebuild", "migrate", "doctor", "serve", "token"]


def test_every_verb_has_help(run: Run) -> None:
    told = run("--help").stdout
    assert [line.split()[0] for line in told.partition("Commands:")[2].splitlines() if line.strip()] == VERBS
    for verb in (["import"], ["story"], ["lens", "add"], ["token", "create"]):
        assert "--organisation" in run(*verb, "--help").stdout


# Serving


@pytest.fixture
def served(copy: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tussenruimte", "serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    assert process.stdout is not None
    try:
        yield process, next(word for word in process.stdout.readline().split() if word.startswith("http"))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_is_served_until_it_is_told_to_end_and_ends_quietly(
    copy: Path, served: tuple[subprocess.Popen[str], str], ending: signal.Signals
) -> None:
    process, address = served
    token = run_in(copy)("token", "create").stdout.strip()
    question = json.dumps({"query": '{ relationship(id: "petra-maaike") { reading(at: "2021-06-01") { phase } } }'}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}/graphql", question, headers), timeout=30) as response:
        assert json.load(response) == {"data": {"relationship": {"reading": {"phase": "AMBIGUITY"}}}}
    process.send_signal(ending)
    rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")
