"""The session of a browser counts where a page of this very site asks, in a cookie that nobody else can read, as long as it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response
from sign_in_house import ASK, Browser, House, ended, sign_in_house
from starlette.websockets import WebSocketDisconnect

PROTOCOL = ["graphql-transport-ws"]
OWN = "http://127.0.0.1:8000"
SOCKET = "ws://127.0.0.1:8000/graphql"
LISTEN = {"id": "1", "type": "subscribe", "payload": {"query": "subscription { events { __typename ... on CaughtUp { position } } }"}}
FOREIGN = [
    {"Origin": "https://elsewhere.example", "Sec_Fetch_Site": "cross-site"},
    {"Origin": "https://elsewhere.example", "Sec_Fetch_Site": ""},
    {"Origin": "http://127.0.0.1:9000", "Sec_Fetch_Site": "same-site"},
    {"Origin": "https://127.0.0.1:8000", "Sec_Fetch_Site": ""},
    {"Origin": "null", "Sec_Fetch_Site": ""},
    {"Origin": OWN, "Sec_Fetch_Site": "cross-site"},
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with sign_in_house(tmp_path) as found:
        yield found


@pytest.fixture
def browser(house: House) -> Browser:
    found = house.browser()
    assert found.send("/sign-in", {"link": house.organisation.tokens.made_for("coordinator", 15, "link", "jansen")}).status_code == 303
    return found


def listened(browser: Browser, **headers: str) -> str:
    """What a WebSocket without a token is told first, or the code with which it is closed."""
    try:
        with browser.client.websocket_connect(SOCKET, subprotocols=PROTOCOL, headers=headers) as socket:
            socket.send_json({"type": "connection_init"})
            return str(socket.receive_json()["type"])
    except WebSocketDisconnect as closed:
        return str(closed.code)


def test_a_page_of_this_site_asks_in_the_name_of_who_is_signed_in(browser: Browser) -> None:
    assert browser.ask().status_code == 200
    assert browser.ask(Origin=OWN, Sec_Fetch_Site="same-origin").json()["data"]["relationships"]["nodes"] == []
    assert browser.get("/graphql?query={lenses{name}}").status_code == 200
    assert listened(browser, Origin=OWN) == "connection_ack"


@pytest.mark.parametrize("said", FOREIGN, ids=lambda said: f"{said['Origin']} {said['Sec_Fetch_Site']}")
def test_a_page_of_another_site_asks_in_nobodys_name(browser: Browser, said: dict[str, str]) -> None:
    given = {name: value for name, value in said.items() if value}
    headers = {name.replace("_", "-"): value for name, value in given.items()}
    for path in ("/graphql", "/sign-out", "/sign-in", "/sign-in/role", "/sign-in/language", "/events"):
        answer = browser.client.post(path, json=ASK, headers=headers)
        assert answer.status_code == 403, path
    assert browser.ask().status_code == 200, "nothing of it was done"
    assert listened(browser, **headers) in ("1008", "4403")


def test_what_says_nothing_of_where_it_comes_from_records_nothing_by_a_cookie(browser: Browser) -> None:
    assert browser.client.post("/graphql", json=ASK).status_code == 403
    assert browser.client.post("/sign-out").status_code == 403
    assert listened(browser) == "4403"


def test_another_sites_page_does_not_even_have_somebody_look(browser: Browser) -> None:
    """Whoever looks stands in the access log, and would not know why."""
    assert browser.get("/graphql?query={lenses{name}}", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.get("/events", **{"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert browser.get("/graphql?query={lenses{name}}", **{"Sec-Fetch-Site": "none"}).status_code == 200


def test_who_comes_by_a_link_elsewhere_sees_that_they_are_signed_in(browser: Browser) -> None:
    assert "You are signed in" in browser.get("/sign-in", **{"Sec-Fetch-Site": "cross-site"}).text


def test_a_session_is_no_token_to_ask_with_in_a_header_and_a_token_no_session(house: House, browser: Browser) -> None:
    session, token = browser.client.cookies["tr_session"], house.organisation.tokens.create()
    other = house.browser()
    assert other.ask(Authorization=f"Bearer {session}").status_code == 401
    assert other.ask(Authorization=f"Bearer {token}").status_code == 200
    assert other.ask(Cookie=f"tr_session={token}").status_code == 401


def test_who_says_a_token_is_taken_at_their_word(browser: Browser) -> None:
    """A token that does not hold gives way to no cookie."""
    assert browser.ask(Authorization="Bearer tr_nothing").status_code == 401
    assert browser.ask(Authorization="").status_code == 401


def cookie_of(answer: Response) -> str:
    return answer.headers["set-cookie"]


def test_on_this_machine_a_cookie_goes_without_tls_and_else_with_it_alone(tmp_path: Path) -> None:
    for own, name, secure in ((OWN, "tr_session=", False), ("https://tussenruimte.example.org", "__Host-tr_session=", True)):
        folder = tmp_path / str(secure)
        folder.mkdir()
        with sign_in_house(folder, own=own) as house:
            link = house.organisation.tokens.made_for("auditor", 15, "link", "jansen")
            browser = house.browser()
            cookie = cookie_of(browser.send("/sign-in", {"link": link}))
            assert cookie.startswith(name)
            assert ("Secure" in cookie) == secure
            assert {"HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={12 * 3_600}"} <= set(cookie.split("; "))
            assert "Domain" not in cookie
            assert browser.ask().status_code == 200


def test_a_subscription_ends_when_who_listens_signs_out(house: House, browser: Browser) -> None:
    with browser.client.websocket_connect(SOCKET, subprotocols=PROTOCOL, headers={"Origin": OWN}) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        socket.send_json(LISTEN)
        assert socket.receive_json()["payload"]["data"]["events"]["__typename"] == "CaughtUp"
        assert browser.send("/sign-out").status_code == 303
        assert ended(socket) == 4401


def test_what_there_was_of_sessions_is_kept_for_thirty_days_and_a_programs_token_for_ever(house: House) -> None:
    tokens = house.organisation.tokens
    tokens.create(days=1, name="program")
    tokens.made_for("coordinator", 15, "link", "old")
    house.clock.ahead = 29 * 86_400
    tokens.made_for("coordinator", 15, "link", "newer")
    assert {token.name for token in tokens.list()} == {"program", "old", "newer"}
    house.clock.ahead = 31 * 86_400
    tokens.made_for("coordinator", 15, "link", "newest")
    assert {token.name for token in tokens.list()} == {"program", "newer", "newest"}
