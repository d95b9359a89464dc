"""A link signs somebody in once, when they press the button: not when it is opened, looked ahead at, logged or passed on."""

import base64
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from command_line import answer, environment, refused, run_in
from sign_in_house import WHO, Browser, House, sign_in_house

from domain.model.roles import ROLES
from projections.export.entering import link_for


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with sign_in_house(tmp_path) as found:
        yield found


def opened(house: House, link: str) -> Browser:
    browser = house.browser()
    browser.send("/sign-in", {"link": link})
    return browser


def test_a_member_who_was_invited_joins_by_their_link(house: House) -> None:
    browser = opened(house, house.invited("anna"))
    assert browser.ask().status_code == 200
    assert "As auditor, under the name anna" in browser.shows()
    assert house.organisation.roster.of("anna").joined is not None


def test_a_link_gives_entry_once(house: House) -> None:
    link = house.invited("anna")
    assert opened(house, link).ask().status_code == 200
    second = house.browser()
    told = second.send("/sign-in", {"link": link})
    assert (told.status_code, second.ask().status_code) == (403, 401)
    assert "Ask for a new one" in told.text


def test_a_link_gives_entry_for_as_long_as_it_holds(house: House) -> None:
    link = house.invited("anna")
    house.clock.ahead = 15 * 60 + 1
    assert opened(house, link).ask().status_code == 401


def test_who_left_before_they_came_in_does_not_come_in(house: House) -> None:
    link = house.invited("anna")
    house.organisation.roster.leaves("anna", WHO)
    assert opened(house, link).ask().status_code == 401


def test_to_open_or_look_ahead_at_a_link_does_not_use_it_up(house: House) -> None:
    link = house.invited("anna")
    browser = house.browser()
    for path in ("/sign-in", f"/sign-in?link={link}", "/sign-in"):
        assert browser.get(path).status_code == 200
    assert browser.client.head("/sign-in").status_code in (200, 405)
    assert opened(house, link).ask().status_code == 200


def test_a_whole_address_may_be_pasted(house: House) -> None:
    assert opened(house, f"  {house.own}/sign-in#{house.invited('anna')}\n").ask().status_code == 200


def test_a_new_link_of_who_is_in_leaves_their_other_browsers_in(house: House) -> None:
    first = opened(house, house.invited("anna"))
    second = opened(house, house.link("anna"))
    assert (first.ask().status_code, second.ask().status_code) == (200, 200)


@pytest.mark.parametrize(
    "said", ["", "tr_", "nothing", "é", "\x00", "tr_" + "a" * 49, "x" * 3_000, "#", "tr_\ud800".encode("utf-8", "replace").decode()]
)
def test_what_is_no_link_gives_no_entry(house: House, said: str) -> None:
    browser = house.browser()
    assert browser.send("/sign-in", {"link": said}).status_code == 403
    assert browser.ask().status_code == 401


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&".join(b"a%d=1" % number for number in range(50)), b"link=%ff%fe", b"x" * 5_000])
def test_a_form_that_cannot_be_read_is_refused(house: House, body: bytes) -> None:
    headers = {"Origin": house.own, "Content-Type": "application/x-www-form-urlencoded"}
    assert house.browser().client.post("/sign-in", content=body, headers=headers).status_code in (400, 403, 413)


def test_a_page_loads_its_look_and_nothing_else_runs_what_it_came_with_and_is_kept_nowhere(house: House) -> None:
    found = house.browser().get("/sign-in")
    policy = found.headers["content-security-policy"]
    (inline,) = re.findall(r"<script>(.*?)</script>", found.text, re.S)
    assert f"script-src 'sha256-{base64.b64encode(sha256(inline.encode()).digest()).decode()}'" in policy
    assert "style-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<style" not in found.text
    assert "style=" not in found.text
    assert (found.headers["referrer-policy"], found.headers["cache-control"]) == ("same-origin", "no-store")
    assert set(re.findall(r'(?:src|href)="([^"]*)"', found.text)) == {"/app/style.css", "/app/icon.svg", "/sign-in"}
    assert "https:" not in found.text


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Plak de link"), ("en", "Paste the link"), ("nl-BE, en;q=0.5", "Plak de link"), ("", "Paste the link")]
)
def test_a_page_speaks_dutch_and_english(house: House, language: str, words: str) -> None:
    found = house.browser().get("/sign-in", **{"Accept-Language": language})
    assert words in found.text
    assert f'<html lang="{"nl" if words.startswith("Plak") else "en"}">' in found.text


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("researcher", "participant")])
def test_every_role_has_a_word_on_the_page(house: House, role: str) -> None:
    browser = opened(house, house.organisation.tokens.made_for(role, 15, "link", "jansen"))  # type: ignore[arg-type]
    assert f"As {role}, under the name jansen" in browser.shows()


def test_the_verb_prints_a_link_and_the_access_log_tells_who_asked_for_it(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    address = run("sign-in", TUSSENRUIMTE_ACTOR="jansen").out.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/sign-in#tr_[\w-]{49}", address)
    assert answer(run("sign-in", "--json", TUSSENRUIMTE_URL="https://a.example"))["address"].startswith("https://a.example/sign-in#tr_")
    (first, second) = answer(run("token", "list", "--json"))
    assert (first["use"], first["role"], first["name"]) == ("link", "coordinator", "jansen")
    assert second["use"] == "link"
    assert address.partition("#")[2] not in run("token", "list").out


def test_the_verb_knows_no_member_who_is_none_and_no_actor_with_a_wrong_name(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert run("sign-in").code == 0
    assert "anna" in refused(run("sign-in", "--as", "anna"))
    assert "TUSSENRUIMTE_ACTOR" in refused(run("sign-in", TUSSENRUIMTE_ACTOR="two words"))


def test_the_link_that_the_verb_prints_opens_what_is_served(house: House) -> None:
    link = link_for(house.organisation, WHO, "administrator")
    assert "As administrator, under the name jansen" in opened(house, link).shows()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_link_is_printed_at_the_start_where_a_terminal_reads_it_and_nowhere_else(tmp_path: Path, terminal: bool) -> None:
    """What is not a terminal may be a log."""
    reading, writing = pty.openpty() if terminal else os.pipe()
    command = [sys.executable, "-m", "tussenruimte", "serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=writing, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        said = b""
        while b"until Ctrl-C" not in said:
            said += os.read(reading, 4_096)
        address = re.search(rb"http://127\.0\.0\.1:\d+", said)
        assert address is not None
        if terminal:
            while b"/sign-in#tr_" not in said:
                said += os.read(reading, 4_096)
            assert address[0] + b"/sign-in#tr_" in said
        while not answers(address[0].decode()):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        process.wait()
        assert (b"#tr_" in said + rest_of(reading)) == terminal
    finally:
        process.kill()
        process.wait()
        os.close(reading)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def rest_of(reading: int) -> bytes:
    """What was written until nobody writes there any more."""
    said = b""
    try:
        while more := os.read(reading, 4_096):
            said += more
    except OSError:
        # A terminal that nobody writes to ends that way.
        return said
    return said
