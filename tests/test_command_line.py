"""The program as people run it: a process of its own with files of its own, what it prints, and how it ends.

The ten examples are recorded once; a test that changes something works on a copy.
"""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import EXAMPLES, Run, answer, environment, refused, run_in, run_within


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the examples are recorded."""
    folder = tmp_path_factory.mktemp("recorded")
    done = run_in(folder)("import", *EXAMPLES)
    assert done.code == 0, done.err
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


# Taking in


def test_what_is_recorded_again_is_there_already(copy: Path) -> None:
    told = answer(run_in(copy)("import", "--json", *EXAMPLES))
    assert told == {"recorded": 0, "already": 449, "refused": []}


def test_a_refused_line_is_told_with_its_file_line_id_field_and_rule_and_nothing_is_recorded(tmp_path: Path) -> None:
    good, bad = Path(EXAMPLES[0]).read_text().splitlines()[:2]
    bad = json.dumps({**json.loads(bad), "occurred": "yesterday"})
    run = run_in(tmp_path)
    done = run("import", "-", "--json", given=f"{good}\n\n{bad}\nno json\n")
    assert done.code == 1
    told = json.loads(done.out)
    assert (told["recorded"], told["already"]) == (0, 0)
    first, second = told["refused"]
    assert first | {"rule": ""} == {
        "file": "-", "line": 3, "id": json.loads(bad)["id"], "field": "occurred", "code": "BAD_INPUT", "rule": "",
    }  # fmt: skip
    assert "'yesterday' is not a date" in first["rule"]
    assert (second["line"], second["id"], second["field"]) == (4, None, None)
    dutch = run("import", "-", given=f"{good}\n\n{bad}\n", LANG="nl_NL.UTF-8")
    assert dutch.code == 1
    assert dutch.out == "recorded 0, already there 0, refused 1\n"
    assert dutch.err.startswith(f"standard input:3: {first['id']}: occurred: 'yesterday' is geen datum")
    assert answer(run("list", "--json"))["nodes"] == []


def test_keeping_going_leaves_out_the_refused_stream_and_takes_the_rest(tmp_path: Path) -> None:
    lines = [*Path(EXAMPLES[0]).read_text().splitlines(), *Path(EXAMPLES[1]).read_text().splitlines()]
    broken = json.loads(lines[-1])
    broken["data"] = {}
    run = run_in(tmp_path)
    done = run("import", "-", "--keep-going", "--json", given="\n".join([*lines[:-1], json.dumps(broken)]))
    told = json.loads(done.out)
    assert done.code == 1
    assert 0 < told["recorded"] < len(lines)
    assert told["recorded"] + len(told["refused"]) == len(lines)
    assert [node["id"] for node in answer(run("list", "--json"))["nodes"]] == [Path(EXAMPLES[0]).stem]


def test_fresh_ids_take_the_place_of_the_senders(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    kept = run("import", EXAMPLES[0], "--organisation", "kept")
    assert "--fresh-ids" in kept.err
    done = run("import", EXAMPLES[0], "--fresh-ids")
    assert done.code == 0
    assert "--fresh-ids" not in done.err
    name = Path(EXAMPLES[0]).stem
    assert name not in run("list").out
    assert name in run("list", "--organisation", "kept").out


def test_a_line_without_end_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    done = run_in(tmp_path)("import", "-", "--json", given="x" * 1_000_000 + "\n{}\n")
    assert [line["line"] for line in json.loads(done.out)["refused"]] == [1, 2]


# Giving out


def test_what_is_exported_and_restored_answers_alike_and_is_exported_alike(run: Run, tmp_path: Path) -> None:
    given = run("export").out
    assert [json.loads(line)["position"] for line in given.splitlines()] == list(range(1, 450))
    other = run_in(tmp_path)
    done = other("--organisation", "b", "import", "--restore", "-", given=given)
    assert done.code == 0
    assert "begins anew" in done.err
    back = other("--organisation", "b", "export").out
    assert [json.loads(line) for line in back.splitlines()] == [{**json.loads(line), "organisation": "b"} for line in given.splitlines()]
    asked = ("reading", "petra-maaike", "--at", "2021-06-01", "--json")
    assert answer(other(*asked, "--organisation", "b")) == answer(run(*asked))


def test_an_export_holds_what_was_sent(run: Run) -> None:
    sent = [json.loads(line) for path in EXAMPLES for line in Path(path).read_text().splitlines()]
    out = {"position", "recorded", "organisation"}
    given = [json.loads(line) for line in run("export").out.splitlines()]
    back = [{name: value for name, value in event.items() if name not in out} for event in given]
    for event in sent:
        event["data"] = {name: value for name, value in event["data"].items() if value != []}
    assert back == sent


def test_an_export_since_a_position_goes_on_after_it(run: Run) -> None:
    given = run("export", "--since", "447").out.splitlines()
    assert [json.loads(line)["position"] for line in given] == [448, 449]
    assert run("export", "--since", "449").out == ""


def test_a_restore_needs_an_empty_platform(copy: Path) -> None:
    run = run_in(copy)
    done = run("import", "--restore", "-", "--json", given=run("export").out)
    assert done.code == 1
    assert json.loads(done.out)["recorded"] == 0


# Looking after


def test_a_lens_is_published_once_and_read_with_at_once(copy: Path) -> None:
    run = run_within(copy)
    file = copy / "lens.yaml"
    file.write_text("name: hasty\nversion: '1'\nhalf_life_days: 30\n")
    assert answer(run("lens", "add", str(file), "--json"))["name"] == "hasty"
    assert "hasty" in run("lens", "list").out
    reading = answer(run("reading", "mahmut", "--at", "2021-03-01", "--lens", "hasty", "--json"))
    assert (reading["lens"], reading["lensVersion"], reading["phase"]) == ("hasty", "1", "FRIENDSHIP")
    assert run("lens", "add", str(file)).out == "published before: hasty@1\n"
    file.write_text("name: hasty\nversion: '1'\nhalf_life_days: 31\n")
    assert "published already" in refused(run("lens", "add", str(file)))
    file.write_text("name: hasty\n")
    assert "version" in refused(run("lens", "add", str(file)))


def test_views_are_rebuilt_and_migrated(copy: Path) -> None:
    run = run_within(copy)
    before = run("list", "--json").out
    assert answer(run("rebuild", "--json")) == {"position": "449"}
    assert answer(run("migrate", "--json")) == {"store": 1, "views": "up to date"}
    assert run("list", "--json").out == before


def test_views_of_an_older_form_are_brought_up_by_migrate_alone(copy: Path) -> None:
    run = run_within(copy)
    with sqlite3.connect(copy / "tussenruimte.db") as database:
        database.execute("UPDATE generations SET version = 'older'")
    database.close()
    assert "tussenruimte migrate" in refused(run("list"))
    assert run("doctor").code == 1
    assert answer(run("migrate", "--json"))["views"] == "rebuilt"
    assert run("list").code == 0


def test_a_file_of_a_newer_version_is_left_alone(copy: Path) -> None:
    with sqlite3.connect(copy / "tussenruimte.db") as database:
        database.execute("UPDATE facts SET value = '999' WHERE name = 'store_version'")
    database.close()
    assert "newer version" in refused(run_within(copy)("list"))


def test_the_doctor_says_what_is_set_and_that_all_is_sound(recorded: Path) -> None:
    run = run_within(recorded)
    found = answer(run("doctor", "--json"))
    assert found["sound"] is True
    assert {finding["name"] for finding in found["findings"]} == {
        "leaves",
        "positions",
        "ids",
        "seals",
        "keys",
        "access log",
        "mail",
        "tokens",
        "sign-in",
        "views",
        "set aside",
        "epochs",
        "retention",
        "erasures",
        "log",
        "log of accesses",
        "root key",
    }
    (root,) = [finding for finding in found["findings"] if finding["name"] == "root key"]
    assert root["weak"] is True
    assert {row["name"]: row["from"] for row in found["settings"]}["database"] == "command line"
    assert "✓  leaves" in run("doctor").out


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
    done = run_within(copy)("doctor", "--json")
    assert done.code == 1
    unsound = {finding["name"] for finding in json.loads(done.out)["findings"] if not finding["sound"]}
    assert name in unsound


def test_the_doctor_sees_a_missing_key(copy: Path) -> None:
    with sqlite3.connect(copy / "tussenruimte.db.keys") as database:
        database.execute("DELETE FROM data_keys WHERE owner = 'participant/lars-a'")
    database.close()
    done = run_within(copy)("doctor", "--json")
    assert done.code == 1
    assert {"keys", "seals"} <= {finding["name"] for finding in json.loads(done.out)["findings"] if not finding["sound"]}


def test_tokens_are_made_listed_and_revoked(copy: Path) -> None:
    run = run_within(copy)
    made = run("token", "create", "--name", "relay", "--days", "3")
    assert made.code == 0
    assert made.out.strip().startswith("tr_")
    assert made.out.count("\n") == 1
    (token,) = answer(run("token", "list", "--json"))
    assert (token["name"], token["role"], token["revoked"]) == ("relay", "coordinator", None)
    assert made.out.strip() not in run("token", "list").out
    assert run("token", "revoke", token["id"]).code == 0
    assert answer(run("token", "list", "--json"))[0]["revoked"] is not None
    assert token["id"] in refused(run("token", "revoke", token["id"]))


# Settings


def test_two_organisations_stand_apart_in_files_of_their_own(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    first = run("import", EXAMPLES[0])
    second = run("--organisation", "other", "import", EXAMPLES[1])
    assert ("root key was made" in first.err, "root key was made" in second.err) == (True, False)
    names = ("tussenruimte.db", "tussenruimte.db.keys", "tussenruimte.db.root.key", "tussenruimte.other.db", "tussenruimte.other.db.keys")
    assert all((tmp_path / name).exists() for name in names)
    assert [node["id"] for node in answer(run("list", "--json"))["nodes"]] == [Path(EXAMPLES[0]).stem]
    assert [node["id"] for node in answer(run("list", "--json", "--organisation", "other"))["nodes"]] == [Path(EXAMPLES[1]).stem]
    assert json.loads(run("export", "--organisation", "other").out.splitlines()[0])["organisation"] == "other"


def test_a_database_is_named_before_or_after_the_verb_or_by_the_environment(tmp_path: Path, recorded: Path) -> None:
    run, url = run_in(tmp_path), f"sqlite:///{recorded / 'tussenruimte.db'}"
    before, after = run("--database", url, "list", "--json"), run("list", "--json", "--database", url)
    by_setting = run("list", "--json", TUSSENRUIMTE_DATABASE_URL=url)
    assert before.out == after.out == by_setting.out
    assert len(answer(before)["nodes"]) == 10


def test_a_lost_root_key_is_never_replaced_by_another(copy: Path) -> None:
    run, key = run_in(copy), copy / "tussenruimte.db.root.key"
    kept = key.rename(copy / "kept")
    assert "TUSSENRUIMTE_ROOT_KEY_FILE" in refused(run("list"))
    assert "TUSSENRUIMTE_ROOT_KEY_FILE" in refused(run("token", "create", "--organisation", "new"))
    assert not key.exists()
    assert run("list", TUSSENRUIMTE_ROOT_KEY_FILE="kept").code == 0
    assert run("list", TUSSENRUIMTE_ROOT_KEY=kept.read_text()).code == 0
    assert "does not open" in refused(run("list", TUSSENRUIMTE_ROOT_KEY="A" * 43 + "="))


def test_lost_keys_are_never_replaced_by_others(copy: Path) -> None:
    run, keys = run_in(copy), copy / "tussenruimte.db.keys"
    keys.rename(copy / "kept")
    assert "keys are gone" in " ".join(refused(run("list")).replace("tussenruimte.db.keys ", "").split())
    assert not keys.exists()
    done = run("doctor", "--json")
    assert done.code == 1
    assert json.loads(done.out)["sound"] is False


def test_a_file_that_is_no_database_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "tussenruimte.db").write_text("Dear diary, today we went cycling.")
    assert "tussenruimte.db cannot be used" in refused(run_in(tmp_path)("list"))


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
def test_it_is_served_until_it_is_told_to_end_and_says_no_more_than_that(
    copy: Path, served: tuple[subprocess.Popen[str], str], ending: signal.Signals
) -> None:
    process, address = served
    token = run_in(copy)("token", "create").out.strip()
    question = json.dumps({"query": '{ relationship(id: "petra-maaike") { reading(at: "2021-06-01") { phase } } }'}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}/graphql", question, headers), timeout=30) as response:
        assert json.load(response)["data"] == {"relationship": {"reading": {"phase": "AMBIGUITY"}}}
    process.send_signal(ending)
    rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert [json.loads(line)["event"] for line in errors.splitlines()] == ["request", "told to end"]


def test_the_doctor_says_how_much_may_be_asked_and_that_a_bound_is_none(recorded: Path) -> None:
    run = run_within(recorded)
    rows = {row["name"]: row for row in answer(run("doctor", "--json", TUSSENRUIMTE_GUESSES_A_MINUTE="7"))["settings"]}
    assert (rows["guesses a minute"]["value"], rows["guesses a minute"]["from"]) == ("7", "TUSSENRUIMTE_GUESSES_A_MINUTE")
    assert "TUSSENRUIMTE_ORIGINS" in refused(run("doctor", TUSSENRUIMTE_ORIGINS="nonsense"))


@pytest.mark.parametrize(("settings", "warned"), [({}, True), ({"TUSSENRUIMTE_URL": "https://tussenruimte.example.org"}, False)])
def test_whoever_serves_where_others_reach_it_without_tls_is_warned(tmp_path: Path, settings: dict[str, str], warned: bool) -> None:
    command = [sys.executable, "-m", "tussenruimte", "serve", "--host", "0.0.0.0", "--port", "0"]
    serving = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**settings)
    )
    try:
        assert serving.stdout is not None
        # The warning stands before it is said that all is served.
        assert "Tussenruimte on" in serving.stdout.readline()
    finally:
        serving.kill()
        _, said = serving.communicate()
    assert ("Put TLS in front of it" in said) is warned


LOST = """
import signal, sys
from api.direct import Server
run = Server.run
def run_after_a_signal_that_was_lost(self, *args, **named):
    try:
        signal.getsignal(signal.SIGINT)(signal.SIGINT, None)
    except SystemExit:
        pass
    return run(self, *args, **named)
Server.run = run_after_a_signal_that_was_lost
sys.argv = ["tussenruimte", "serve", "--port", "0"]
from tussenruimte import main
main()
"""
"""What is raised where a signal comes may be lost, as in a callback of the garbage collector."""


def test_who_ends_it_before_it_has_started_is_heard_even_where_that_is_lost(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", LOST], cwd=tmp_path, capture_output=True, text=True, env=environment(), timeout=60)
    assert ended.returncode == 0, ended.stderr
