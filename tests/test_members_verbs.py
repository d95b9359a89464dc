"""Who administers on the command line: members come, are appointed and go; a grant takes two; and all of it can be read back."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import EXAMPLES, Run, answer, refused, run_within

HOME = "groceries-for-elders"
LARS = next(path for path in EXAMPLES if path.endswith("lars.jsonl"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    found = run_within(tmp_path)
    assert found("import", LARS).code == 0
    return found


def members(run: Run) -> dict[str, Any]:
    return {one["id"]: one for one in answer(run("member", "list", "--json"))}


def changes(run: Run) -> list[tuple[str, str, str]]:
    nodes = answer(run("audit", "access", "--json"))["nodes"]
    return [(one["by"], one["place"], one["kinds"][0]) for one in reversed(nodes) if one["action"] in ("changed", "refused")]


def test_a_coordinator_is_invited_appointed_released_and_leaves(run: Run) -> None:
    invited = answer(run("member", "invite", "anna", "--role", "coordinator", "--initiative", HOME, "--json", TUSSENRUIMTE_ACTOR="kim"))
    assert invited["address"].startswith("http://127.0.0.1:8000/sign-in#tr_")
    assert (invited["role"], invited["initiatives"], invited["invitedBy"]) == ("coordinator", [HOME], "command-line/kim")
    assert run("member", "release", "anna", HOME).code == 0
    assert members(run)["anna"]["initiatives"] == []
    assert run("member", "appoint", "anna", HOME).code == 0
    assert run("member", "leave", "anna").code == 0
    assert members(run)["anna"]["left"] is not None
    assert [what for _, place, what in changes(run) if place == "member/anna"] == [
        "invited", "appointed", "released", "appointed", "left", "released",
    ]  # fmt: skip
    assert "kim" in {by.rpartition("/")[2] for by, _, _ in changes(run)}


def test_nobody_inherits_what_another_of_that_id_looked_after(run: Run) -> None:
    event = {
        "specversion": "1.0", "id": "early", "source": "urn:test", "type": "tussenruimte.coordinator_appointed.v1",
        "subject": f"initiative/{HOME}", "occurred": "2021-01-01", "data": {"coordinator": "anna"},
    }  # fmt: skip
    assert run("import", "-", given=json.dumps(event)).code == 0
    assert HOME in run("member", "invite", "anna", "--role", "coordinator").err
    assert run("member", "invite", "anna", "--role", "coordinator", "--initiative", HOME).code == 0
    assert [what for _, _, what in changes(run)] == ["conflict", "invited"]


def test_a_grant_takes_two_administrators_whom_the_operator_names(run: Run) -> None:
    for id, role in (("ada", "administrator"), ("bob", "administrator"), ("aud", "auditor")):
        assert run("member", "invite", id, "--role", role).code == 0
    asked = answer(run("grant", "ask", "aud", "--relationship", "lars", "--why", "A complaint.", "--json"))
    assert refused(run("grant", "allow", asked["id"], "--json"))
    assert refused(run("grant", "allow", asked["id"], "--json", TUSSENRUIMTE_ACTOR="ada"))
    assert run("grant", "open", asked["id"]).code == 1
    assert answer(run("grant", "list", "--json"))[0]["holds"] is False
    assert [what for _, place, what in changes(run) if place == "nowhere"] == ["forbidden", "forbidden", "forbidden"]
    assert run("grant", "end", asked["id"]).code == 0
    assert run("grant", "end", asked["id"]).code == 1


def test_what_is_not_there_is_not_asked_for(run: Run) -> None:
    assert run("member", "invite", "aud", "--role", "auditor").code == 0
    assert run("grant", "ask", "aud", "--initiative", "nowhere", "--why", "x").code == 1
    assert run("grant", "ask", "aud", "--why", "x").code == 1
    assert answer(run("grant", "list", "--json")) == []


def test_a_participant_is_let_in_under_an_id_that_says_nothing_of_them(run: Run) -> None:
    participant = answer(run("story", "lars", "--json"))["members"][0]["participant"]["id"]
    invited = answer(run("member", "invite", participant, "--participant", "--json"))
    assert invited["role"] == "participant"
    assert participant not in invited["id"]
    assert run("member", "invite", "nobody", "--participant").code == 1
    assert f"`member invite {participant} --participant`" in run("member", "invite", participant).err
    assert "`member invite ID --participant`" in run("member", "invite", "karin", "--participant", participant).err


def test_whoever_is_erased_is_let_in_no_more(run: Run) -> None:
    participant = answer(run("story", "lars", "--json"))["members"][0]["participant"]["id"]
    first, again = (answer(run("member", "invite", participant, "--participant", "--json")) for _ in range(2))
    assert (first["id"], first["address"] == again["address"]) == (again["id"], False)
    assert run("erase", participant, "--yes").code == 0
    assert members(run) == {}
    assert run("member", "invite", participant, "--participant").code == 1


def test_after_a_restore_nobody_holds_what_may_have_been_taken_back(run: Run, tmp_path: Path) -> None:
    assert run("token", "create", "--name", "kept").code == 0
    assert run("backup", str(tmp_path / "backup")).code == 0
    key = (tmp_path / "tussenruimte.db.root.key").read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    (other / "tussenruimte.db.root.key").write_bytes(key)
    (tmp_path / "erased").touch()
    again = run_within(other)
    assert "new tokens" in again("restore", str(tmp_path / "backup"), "--erasures", str(tmp_path / "erased")).out
    (token,) = answer(again("token", "list", "--json"))
    assert token["revoked"] is not None


def test_tokens_that_are_refused_leave_no_entry(run: Run) -> None:
    assert run("token", "create", "--days", "99999").code == 1
    assert run("token", "create", "--role", "auditor", "--initiative", HOME).code == 1
    assert run("token", "create", "--initiative", "nowhere").code == 1
    assert run("token", "revoke", "nope").code == 1
    assert changes(run) == []
    assert run("token", "create", "--role", "auditor").code == 0
    assert [what for _, _, what in changes(run)] == ["token_created"]


def test_all_who_looked_are_shown_in_words_of_either_language(run: Run) -> None:
    assert run("member", "invite", "anna", "--role", "auditor").code == 0
    assert run("grant", "allow", "none").code == 1
    for language, said in (("en", "changed member/anna: who is invited"), ("nl", "veranderde member/anna: wie is uitgenodigd")):
        assert said in " ".join(run("audit", "access", "--language", language, COLUMNS="120").out.split())
