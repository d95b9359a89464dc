"""People sign in by a provider of OpenID Connect, a real one: who was invited comes in, as whom they showed to be, and nobody else."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import URL
from identity_provider import OWN, IdentityProvider, edwards, elliptic, identity_provider, rsa
from sign_in_house import WHO, House, sign_in_house

from domain.store.accesses import entries

SESSION = "tr_session"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, provider: IdentityProvider) -> Iterator[House]:
    with sign_in_house(tmp_path, provider) as found:
        yield found


def written(house: House) -> list[tuple[str, str, tuple[str, ...]]]:
    with house.organisation.store.reading() as connection:
        return [(entry.action, entry.place, entry.kinds) for entry in entries(connection, None, None) if entry.kinds != ("invited",)]


def test_who_was_invited_shows_who_they_are_and_is_known_by_it_from_then_on(house: House, provider: IdentityProvider) -> None:
    browser = house.browser()
    assert browser.ask().status_code == 401
    assert browser.sign_in(provider, "anna@example.org", house.invited("anna")).headers["location"] == "/sign-in"
    assert browser.ask().status_code == 200
    assert "anna" in browser.shows()
    assert ("changed", "member/anna", ("joined",)) in written(house)
    again = house.browser()
    assert again.sign_in(provider, "anna@example.org").status_code == 303
    assert again.ask().status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Ask your organisation for an invitation"), ("nl", "Vraag je organisatie om een uitnodiging")]
)
def test_who_is_not_known_is_told_what_to_do_and_comes_in_nowhere(
    house: House, provider: IdentityProvider, language: str, words: str
) -> None:
    house.entered(provider, "anna", "anna@example.org")
    browser = house.browser()
    browser.client.headers["Accept-Language"] = language
    answer = browser.sign_in(provider, "eve@example.org")
    assert (answer.status_code, SESSION in answer.cookies) == (403, False)
    assert words in answer.text
    assert browser.ask().status_code == 401
    assert ("refused", "nowhere", ("unauthenticated",)) in written(house)


def test_what_the_provider_sends_back_counts_in_the_browser_that_began_alone(house: House, provider: IdentityProvider) -> None:
    anna, eve = house.browser(), house.browser()
    came = anna.comes_back(provider, "anna@example.org", house.invited("anna")).removeprefix(OWN)
    assert eve.get(came).status_code == 400
    eve.comes_back(provider, "eve@example.org")
    assert eve.get(came).status_code == 400
    assert anna.get(came).status_code == 303
    assert anna.get(came).status_code == 400


@pytest.mark.parametrize("state", ["", "x", "é", "ÿ" * 43])
def test_what_comes_back_names_the_attempt_that_went(house: House, provider: IdentityProvider, state: str) -> None:
    """Else a page elsewhere could have somebody signed in as whom it likes."""
    browser = house.browser()
    came = URL(browser.comes_back(provider, "anna@example.org", house.invited("anna")))
    assert browser.get(str(came.copy_set_param("state", state)).removeprefix(OWN)).status_code == 400
    assert browser.get(str(came.copy_remove_param("state")).removeprefix(OWN)).status_code == 400
    assert browser.get(str(came).removeprefix(OWN)).status_code == 303


@pytest.mark.parametrize(
    "kept", ["", "x", "e30=", "bnVsbA==", "eyJzdGF0ZSI6ICJcdWQ4MDAiLCJub25jZSI6IngiLCJ2ZXJpZmllciI6IngifQ==", "ÿ", "A" * 3_000]
)
def test_what_is_no_attempt_comes_to_nothing(house: House, provider: IdentityProvider, kept: str) -> None:
    browser = house.browser()
    cookie = b"tr_attempt=" + kept.encode("latin-1")
    answer = browser.client.get("/sign-in/callback?code=a&state=x&iss=" + provider.issuer, headers={b"Cookie": cookie})
    assert answer.status_code == 400


@pytest.mark.parametrize("part", ["nonce", "verifier"])
def test_what_the_provider_says_was_asked_in_this_attempt(house: House, provider: IdentityProvider, part: str) -> None:
    browser = house.browser()
    came = browser.comes_back(provider, "anna@example.org", house.invited("anna")).removeprefix(OWN)
    kept = json.loads(base64.urlsafe_b64decode(browser.client.cookies["tr_attempt"].strip('"')))
    other = base64.urlsafe_b64encode(json.dumps({**kept, part: "x" * 43}).encode()).decode()
    assert house.browser().client.get(came, headers={"Cookie": f"tr_attempt={other}"}).status_code == 400
    assert browser.ask().status_code == 401


def test_a_code_that_was_given_for_another_attempt_gives_no_entry(house: House, provider: IdentityProvider) -> None:
    house.entered(provider, "anna", "anna@example.org")
    browser = house.browser()
    first = URL(browser.comes_back(provider, "anna@example.org"))
    second = URL(browser.comes_back(provider, "anna@example.org"))
    mixed = second.copy_set_param("code", first.params["code"])
    assert browser.get(str(mixed).removeprefix(OWN)).status_code == 400


@pytest.mark.parametrize("issuer", [None, "http://127.0.0.1:1"])
def test_who_is_sent_back_by_another_provider_is_not_let_in(house: House, provider: IdentityProvider, issuer: str | None) -> None:
    browser = house.browser()
    came = URL(browser.comes_back(provider, "anna@example.org", house.invited("anna")))
    wrong = came.copy_remove_param("iss") if issuer is None else came.copy_set_param("iss", issuer)
    assert browser.get(str(wrong).removeprefix(OWN)).status_code == 400
    assert browser.get(str(came).removeprefix(OWN)).status_code == 303


def test_who_breaks_off_at_the_provider_may_begin_anew_with_the_same_link(house: House, provider: IdentityProvider) -> None:
    link, browser = house.invited("anna"), house.browser()
    state = URL(browser.comes_back(provider, "anna@example.org", link)).params["state"]
    assert browser.get(f"/sign-in/callback?error=access_denied&state={state}").status_code == 400
    assert browser.sign_in(provider, "anna@example.org", link).status_code == 303


def test_a_link_binds_one_identity(house: House, provider: IdentityProvider) -> None:
    link = house.invited("anna")
    first, second = house.browser(), house.browser()
    came = second.comes_back(provider, "eve@example.org", link).removeprefix(OWN)
    assert first.sign_in(provider, "anna@example.org", link).status_code == 303
    assert second.get(came).status_code == 403
    assert [member.id for member in house.organisation.roster.identified(provider.issuer, "eve@example.org")] == []


def test_who_gets_a_new_link_and_shows_to_be_another_leaves_no_session_behind(house: House, provider: IdentityProvider) -> None:
    old, new = house.entered(provider, "anna", "anna@old.example"), house.browser()
    assert new.sign_in(provider, "anna@new.example", house.link("anna")).status_code == 303
    assert (old.ask().status_code, new.ask().status_code) == (401, 200)
    assert house.browser().sign_in(provider, "anna@old.example").status_code == 403


def test_who_is_several_members_chooses_as_whom_they_go_on(house: House, provider: IdentityProvider) -> None:
    browser = house.entered(provider, "anna", "anna@example.org", "auditor")
    house.entered(provider, "beheer", "anna@example.org", "administrator")
    house.entered(provider, "eve", "eve@example.org", "administrator")
    assert browser.sign_in(provider, "anna@example.org").status_code == 303
    before = browser.client.cookies[SESSION]
    assert "Go on as administrator (beheer)" in browser.shows()
    assert browser.send("/sign-in/role", {"member": "eve"}).status_code == 403
    assert browser.send("/sign-in/role", {"member": "beheer"}).status_code == 303
    assert "As administrator, under the name beheer" in browser.shows()
    assert "Go on as auditor (anna)" in browser.shows()
    assert house.organisation.tokens.check(before, house.clock()) is None


def test_one_person_is_no_two_administrators(house: House, provider: IdentityProvider) -> None:
    house.entered(provider, "anna", "anna@example.org", "administrator")
    browser = house.browser()
    answer = browser.sign_in(provider, "anna@example.org", house.invited("anna-too", "administrator"))
    assert answer.status_code == 409
    assert "two administrators are two people" in answer.text
    assert browser.ask().status_code == 401


def test_who_has_left_is_out_at_once(house: House, provider: IdentityProvider) -> None:
    browser = house.entered(provider, "anna", "anna@example.org")
    house.organisation.roster.leaves("anna", WHO)
    assert browser.ask().status_code == 401
    assert browser.sign_in(provider, "anna@example.org").status_code == 403


@pytest.mark.parametrize("key", [rsa("a", "PS256"), elliptic("b"), edwards("c")], ids=lambda key: key.alg)
def test_every_way_of_signing_with_two_keys_is_taken(tmp_path: Path, key: object) -> None:
    # The provider itself signs access tokens and what it keeps of clients with RS256, so that it has such a key too.
    with identity_provider(key, rsa("other")) as provider, sign_in_house(tmp_path, provider) as house:  # type: ignore[arg-type]
        assert house.entered(provider, "anna", "anna@example.org").ask().status_code == 200


def test_what_is_signed_by_a_shared_secret_gives_no_entry(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with identity_provider() as provider, sign_in_house(tmp_path, provider) as house:
        house.entered(provider, "anna", "anna@example.org")
        provider.stop()
        provider.start(algorithm="HS256")
        assert house.browser().sign_in(provider, "anna@example.org").status_code == 400
        assert "its algorithm is not taken" in caplog.text


def test_a_session_ends_after_twelve_hours(house: House, provider: IdentityProvider) -> None:
    browser = house.entered(provider, "anna", "anna@example.org")
    house.clock.ahead = 12 * 3_600 - 60
    assert browser.ask().status_code == 200
    house.clock.ahead = 12 * 3_600 + 1
    assert browser.ask().status_code == 401


def test_who_signs_out_is_out_also_with_the_cookie_of_before(house: House, provider: IdentityProvider) -> None:
    browser = house.entered(provider, "anna", "anna@example.org")
    cookie = browser.client.cookies[SESSION]
    assert browser.send("/sign-out").status_code == 303
    assert SESSION not in browser.client.cookies
    assert browser.ask(Cookie=f"{SESSION}={cookie}").status_code == 401


def test_a_session_that_was_there_before_is_not_the_one_that_signing_in_gives(house: House, provider: IdentityProvider) -> None:
    """Who leaves a session of their own in somebody's browser is not in it when they sign in."""
    browser = house.entered(provider, "anna", "anna@example.org")
    before = browser.client.cookies[SESSION]
    assert browser.sign_in(provider, "anna@example.org").status_code == 303
    assert browser.client.cookies[SESSION] != before
    assert house.browser().ask(Cookie=f"{SESSION}={before}").status_code == 401
