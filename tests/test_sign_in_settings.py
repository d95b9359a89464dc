"""What is set of signing in is checked where it is read, in a sentence; `doctor` tells by what people come in, and what had better be
otherwise.
"""

from pathlib import Path

import pytest
from command_line import Run, answer, refused, run_within

URL = "https://tussenruimte.example.org"
OIDC = {
    "TUSSENRUIMTE_URL": URL, "TUSSENRUIMTE_OIDC_ISSUER": "https://id.example.org/realm", "TUSSENRUIMTE_OIDC_CLIENT_ID": "tr",
    "TUSSENRUIMTE_OIDC_CLIENT_SECRET": "hidden",
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    within = run_within(tmp_path)
    assert within("token", "create", "--name", "short").code == 0
    return within


def finding(run: Run, name: str, **settings: str) -> tuple[bool, bool, str]:
    found = {one["name"]: one for one in answer(run("doctor", "--json", **settings))["findings"]}[name]
    return found["sound"], found["weak"], found["detail"]


def test_doctor_tells_by_what_people_come_in_and_no_secret(run: Run) -> None:
    assert finding(run, "sign-in") == (True, False, "by links alone; no provider is set")
    assert finding(run, "sign-in", **OIDC) == (True, False, "by https://id.example.org/realm, and by links")
    told = run("doctor", **OIDC).out
    assert "https://id.example.org/realm, as tr" in told
    assert "hidden" not in told


def test_doctor_warns_of_tokens_that_hold_long(run: Run) -> None:
    assert finding(run, "tokens")[:2] == (True, False)
    assert run("token", "create", "--name", "nearly", "--days", "400").code == 0
    assert finding(run, "tokens")[:2] == (True, False)
    assert run("token", "create", "--name", "long", "--days", "401").code == 0
    sound, weak, detail = finding(run, "tokens")
    assert (sound, weak) == (True, True)
    assert "1 hold longer than 400 days: long" in detail
    shown = run("doctor")
    assert shown.code == 0
    assert "weak: 1 hold longer" in shown.out


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"TUSSENRUIMTE_URL": "http://tussenruimte.example.org"}, "TUSSENRUIMTE_URL has to be an address that begins with https://"),
        ({"TUSSENRUIMTE_URL": "tussenruimte.example.org"}, "TUSSENRUIMTE_URL has to be"),
        ({"TUSSENRUIMTE_URL": "https://a.example/path"}, "nothing is served under a path"),
        ({"TUSSENRUIMTE_URL": "https://user:word@a.example"}, "TUSSENRUIMTE_URL has to be"),
        ({"TUSSENRUIMTE_URL": "https://["}, "TUSSENRUIMTE_URL has to be"),
        ({**OIDC, "TUSSENRUIMTE_URL": ""}, "set TUSSENRUIMTE_URL too"),
        ({**OIDC, "TUSSENRUIMTE_OIDC_CLIENT_ID": ""}, "TUSSENRUIMTE_OIDC_CLIENT_ID"),
        ({**OIDC, "TUSSENRUIMTE_OIDC_ISSUER": "http://id.example.org"}, "TUSSENRUIMTE_OIDC_ISSUER has to be"),
        ({**OIDC, "TUSSENRUIMTE_OIDC_ISSUER": "https://id.example.org?a=b"}, "TUSSENRUIMTE_OIDC_ISSUER has to be"),
        ({**OIDC, "TUSSENRUIMTE_OIDC_CLIENT_SECRET_FILE": "secret"}, "Leave one of them out"),
        ({**OIDC, "TUSSENRUIMTE_OIDC_CLIENT_SECRET": "", "TUSSENRUIMTE_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"}, "/nowhere/secret"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, settings: dict[str, str], words: str) -> None:
    assert words in refused(run("list", **settings))


def test_a_secret_may_stand_in_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden\n")
    settings = {**OIDC, "TUSSENRUIMTE_OIDC_CLIENT_SECRET": "", "TUSSENRUIMTE_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert run("list", **settings).code == 0
