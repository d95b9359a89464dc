"""A house at which people sign in: the application at its own address, a clock that can be put ahead, and a browser that keeps cookies and
says where it asks from, as browsers do.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from httpx import Response
from identity_provider import OWN, SECRET, IdentityProvider
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from api.app import make_app
from domain.model.time import SECOND
from domain.store.accesses import Viewer
from domain.store.places import on_sqlite
from projections.export.bounds import Bounds
from projections.export.sign_in import Client, SignIn
from tussenruimte import Organisation

WHO = Viewer("command-line/jansen", "operator")
ENDED_SECONDS = 20
ASK = {"query": "{ relationships(first: 1) { nodes { id } } }"}


class Clock:
    """The time it is, and some seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> int:
        return time.time_ns() // 1_000 + int(self.ahead * SECOND)


class Browser:
    """What a person uses: it keeps cookies, and says of what it sends that a page of this site sends it."""

    def __init__(self, house: "House") -> None:
        self.client = TestClient(house.app, base_url=house.own, follow_redirects=False, raise_server_exceptions=False)
        # All run in one loop, as in a server.
        self.client.portal = house.running.portal
        self._own = house.own

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=headers)

    def send(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Response:
        said = {"Origin": self._own, "Sec-Fetch-Site": "same-origin", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(path, data=dict(fields or {}), headers=said)

    def ask(self, **headers: str) -> Response:
        """A question of GraphQL, as a page of this site asks it."""
        said = {"Origin": self._own, "Sec-Fetch-Site": "same-origin", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post("/graphql", json=ASK, headers=said)

    def shows(self) -> str:
        """What stands on the page of signing in."""
        return self.get("/sign-in").text

    def sign_in(self, provider: IdentityProvider, who: str, link: str | None = None) -> Response:
        """By the provider, as somebody; with a link that was opened before."""
        return self.get(self.comes_back(provider, who, link).removeprefix(self._own))

    def comes_back(self, provider: IdentityProvider, who: str, link: str | None = None) -> str:
        """The address to which the provider sends somebody back."""
        return provider.shown(led_to(self.send("/sign-in", {"link": link} if link else {})), who)


class House:
    """An organisation, its application, and whoever comes."""

    def __init__(self, organisation: Organisation, clock: Clock, sign_in: SignIn, own: str) -> None:
        self.organisation = organisation
        self.clock = clock
        self.own = own
        self.app = make_app(organisation, 3_600, sign_in, Bounds(guesses=0))
        self.running = TestClient(self.app)

    def browser(self) -> Browser:
        return Browser(self)

    def invited(self, id: str, role: Any = "auditor") -> str:
        """The link of somebody who is invited."""
        self.organisation.roster.invite(id, role, WHO)
        return self.link(id)

    def link(self, id: str) -> str:
        member = self.organisation.roster.of(id)
        return self.organisation.tokens.made_for(member.role, 15, "link", None, member.reach, id)

    def entered(self, provider: IdentityProvider, id: str, who: str, role: Any = "auditor") -> Browser:
        """A browser in which a new member has signed in."""
        browser = self.browser()
        assert browser.sign_in(provider, who, self.invited(id, role)).status_code == 303
        return browser


@contextmanager
def sign_in_house(path: Path, provider: IdentityProvider | None = None, own: str = OWN) -> Iterator[House]:
    clock = Clock()
    organisation = Organisation(on_sqlite(path / "events.db", b"r" * 32, "buurtmaat", clock))
    client = Client(provider.issuer, "tussenruimte", SECRET) if provider is not None else None
    house = House(organisation, clock, SignIn(own, client), own)
    with house.running:
        yield house


def ended(socket: WebSocketTestSession) -> int | None:
    """The code with which a connection is closed within a while; None where it is not."""
    found: list[int] = []

    def listen() -> None:
        try:
            while True:
                socket.receive_json()
        except WebSocketDisconnect as closed:
            found.append(closed.code)

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    listening.join(ENDED_SECONDS)
    return found[0] if found else None


def led_to(page: Response) -> str:
    """Where a page leads on to by itself."""
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1].replace("&amp;", "&")
