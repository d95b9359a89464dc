"""A program asks with an access token that the provider gave it for this platform, by the keys that the provider has now; while it is
silent, by those that were known, for an hour.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response
from identity_provider import ACCESS_SECONDS, IdentityProvider, elliptic, identity_provider, rsa
from sign_in_house import ASK, WHO, House, ended, sign_in_house
from starlette.websockets import WebSocketDisconnect

MINUTE = 60
SOCKET = "ws://127.0.0.1:8000/graphql"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """One that a test may stop, and start with other keys."""
    with identity_provider(rsa("first")) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, provider: IdentityProvider) -> Iterator[House]:
    with sign_in_house(tmp_path, provider) as found:
        found.entered(provider, "anna", "anna@example.org")
        yield found


def asked(house: House, token: str) -> Response:
    return house.browser().client.post("/graphql", json=ASK, headers={"Authorization": f"Bearer {token}"})


def status(house: House, token: str) -> int:
    return asked(house, token).status_code


def test_a_program_asks_with_what_the_provider_gave_it_for_this_platform(house: House, provider: IdentityProvider) -> None:
    assert status(house, provider.access_token("anna@example.org")) == 200
    assert status(house, provider.access_token("eve@example.org")) == 401
    assert status(house, provider.access_token("anna@example.org", "https://elsewhere.example")) == 401
    assert status(house, provider.id_token("anna@example.org")) == 401


def test_who_has_left_asks_with_it_no_more(house: House, provider: IdentityProvider) -> None:
    token = provider.access_token("anna@example.org")
    assert status(house, token) == 200
    house.organisation.roster.leaves("anna", WHO)
    assert status(house, token) == 401


def test_who_is_several_members_is_told_that_a_program_is_one(house: House, provider: IdentityProvider) -> None:
    house.entered(provider, "anna-2", "anna@example.org", "coordinator")
    answer = asked(house, provider.access_token("anna@example.org"))
    assert answer.status_code == 403
    assert "anna, anna-2" in answer.text


def test_where_no_provider_is_set_nothing_of_one_is_taken(house: House, provider: IdentityProvider, tmp_path: Path) -> None:
    token = provider.access_token("anna@example.org")
    (tmp_path / "other").mkdir()
    with sign_in_house(tmp_path / "other") as other:
        assert status(other, token) == 401


@pytest.mark.parametrize(("ahead", "expected"), [(-55, 200), (-90, 401), (ACCESS_SECONDS + 50, 200), (ACCESS_SECONDS + 70, 401)])
def test_clocks_may_differ_by_a_minute(house: House, provider: IdentityProvider, ahead: float, expected: int) -> None:
    token = provider.access_token("anna@example.org")
    house.clock.ahead = ahead
    assert status(house, token) == expected


def test_keys_that_the_provider_turned_over_are_fetched_when_they_are_first_seen(house: House, provider: IdentityProvider) -> None:
    old = provider.access_token("anna@example.org")
    provider.stop()
    provider.start(elliptic("second"), rsa("third"))
    new = provider.access_token("anna@example.org")
    assert status(house, old) == 200
    house.clock.ahead = 15
    assert status(house, new) == 200
    assert status(house, old) == 401
    assert house.browser().sign_in(provider, "anna@example.org").status_code == 303


def test_nobody_can_make_the_platform_knock_at_the_provider_over_and_over(house: House, provider: IdentityProvider) -> None:
    with identity_provider(rsa("elsewhere")) as elsewhere:
        foreign = elsewhere.access_token("anna@example.org")
    before = provider.key_fetches()
    for second in range(12):
        house.clock.ahead = second * 5
        assert {status(house, foreign) for _ in range(5)} == {401}
    assert 0 < provider.key_fetches() - before <= 6


def test_a_key_that_the_provider_took_back_ends_within_ten_minutes(tmp_path: Path) -> None:
    with identity_provider(rsa("first"), rsa("second")) as provider, sign_in_house(tmp_path, provider) as house:
        house.entered(provider, "anna", "anna@example.org")
        token = provider.access_token("anna@example.org")
        provider.stop()
        provider.start(provider.keys[1])
        assert status(house, token) == 200
        house.clock.ahead = ACCESS_SECONDS + 30
        assert status(house, token) == 401


def test_while_the_provider_is_silent_its_keys_hold_for_an_hour_and_then_nobody_comes_in_by_it(
    house: House, provider: IdentityProvider
) -> None:
    browser = house.browser()
    assert browser.sign_in(provider, "anna@example.org").status_code == 303
    token = provider.access_token("anna@example.org")
    provider.stop()
    house.clock.ahead = 9 * MINUTE
    assert status(house, token) == 200
    assert house.browser().send("/sign-in").status_code == 200
    house.clock.ahead = 59 * MINUTE
    assert status(house, token) == 401, "it has expired, and that is known by the keys that are kept"
    house.clock.ahead = 61 * MINUTE
    answer = asked(house, token)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
    told = house.browser().send("/sign-in")
    assert told.status_code == 503
    assert "does not answer just now" in told.text
    assert browser.ask().status_code == 200, "who is in stays in"


def test_a_provider_that_is_not_there_yet_lets_nobody_in_until_it_is(tmp_path: Path, provider: IdentityProvider) -> None:
    token = provider.access_token("anna@example.org")
    provider.stop()
    with sign_in_house(tmp_path, provider) as house:
        link = house.invited("anna")
        assert status(house, token) == 503
        assert house.browser().get("/sign-in").status_code == 200
        assert house.browser().send("/sign-in", {"link": link}).status_code == 503
        provider.start()
        house.clock.ahead = 15
        assert house.browser().sign_in(provider, "anna@example.org", link).status_code == 303
        assert status(house, token) == 200


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer \ud800", "Bearer a.b.c", "Bearer é.é.é", "Bearer " + "." * 9_000, 1, None, ["Bearer"], {"a": 1}]
)
def test_what_is_no_token_opens_no_connection(house: House, said: object) -> None:
    with house.browser().client.websocket_connect(SOCKET, subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": said}})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4403


def test_a_subscription_ends_when_the_member_has_left(house: House, provider: IdentityProvider) -> None:
    token = provider.access_token("anna@example.org")
    client = house.browser().client
    with client.websocket_connect(SOCKET, subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert socket.receive_json()["type"] == "connection_ack"
        socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": "subscription { events { __typename } }"}})
        assert socket.receive_json()["type"] == "next"
        house.organisation.roster.leaves("anna", WHO)
        assert ended(socket) == 4401


def test_a_subscription_ends_when_the_access_token_does(house: House, provider: IdentityProvider) -> None:
    token = provider.access_token("anna@example.org")
    client = house.browser().client
    with client.websocket_connect(SOCKET, subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert socket.receive_json()["type"] == "connection_ack"
        house.clock.ahead = ACCESS_SECONDS + 5
        assert ended(socket) == 4401
