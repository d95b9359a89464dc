"""A house whose web app is visited with a real browser: Chromium, as Debian packages it or as `TUSSENRUIMTE_TEST_CHROMIUM` names it, driven
by Playwright.

Whatever goes wrong in a page (an error of a script, something that was not found, something the policy refused) fails the test.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from npm_packages import installed
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect
from running import Running, running
from sent_lines import record
from served import examples

from domain.model.roles import WHOLE, Reach, Role
from domain.store.places import on_sqlite
from tussenruimte import Organisation

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first of them has no window and none of what is around one, and takes a quarter less time."""
ALONE = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
"""What keeps Chromium from asking anybody else than the house; in a container root runs it without a sandbox."""
PATIENCE_MS = 30_000
"""For so long a test waits for a page on a machine that has much else to do. No test says how fast something has to be."""
SIZES = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1_280, "height": 900}}
SEEN = [("phone", "dark"), ("desk", "light")]
"""In which ways a page is looked at, so that each size and each theme comes up."""
SEEN_IN = [(*SEEN[0], "nl-NL"), (*SEEN[1], "en-GB")]
"""And each language."""
EXPECTED = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED")
"""What Chromium says by itself where a test takes the network away."""


def chromium(playwright: Playwright) -> Browser:
    named = os.environ.get("TUSSENRUIMTE_TEST_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if named is None:
        pytest.skip("no Chromium is installed (Debian: chromium-headless-shell), nor named by TUSSENRUIMTE_TEST_CHROMIUM")
    expect.set_options(timeout=PATIENCE_MS)
    return playwright.chromium.launch(executable_path=named, args=list(ALONE))


def now() -> int:
    return time.time_ns() // 1_000


class WebHouse:
    """An organisation served at an address of its own, and whoever visits it."""

    def __init__(self, running: Running, browser: Browser) -> None:
        self.organisation = running.organisation
        self.own = f"http://127.0.0.1:{running.port}"
        self._browser = browser
        self._came: list[Visitor] = []

    def record(self, lines: Iterable[bytes]) -> None:
        outcome = record(self.organisation.store, lines)
        assert not outcome.refused, outcome.refused

    def visitor(
        self,
        role: Role = "coordinator",
        name: str = "anna",
        reach: Reach = WHOLE,
        member: str | None = None,
        keeps_files: bool = False,
        **asked: Any,
    ) -> "Visitor":
        """Somebody who signed in by a link, with a browser of their own; as a `member`, where they are one. `keeps_files`: whether it keeps
        those of the app, all of which each such browser fetches anew. `asked`: what else it is like: `locale`, `color_scheme`, `viewport`,
        …"""
        context = self._browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Amsterdam", **asked})
        if not keeps_files:
            context.add_init_script("delete Navigator.prototype.serviceWorker")
        visitor = Visitor(self, context)
        self._came.append(visitor)
        link = self.organisation.tokens.made_for(role, 15, "link", name, reach, member)
        signed_in = context.request.post(
            f"{self.own}/sign-in", form={"link": link}, headers={"Origin": self.own, "Sec-Fetch-Site": "same-origin"}
        )
        assert signed_in.ok, signed_in.text()
        return visitor

    def leave(self) -> None:
        """Everybody goes; nothing went wrong in their pages."""
        came, self._came = self._came, []
        for visitor in came:
            visitor.context.close()
        wrong = [said for visitor in came for said in visitor.wrong]
        assert not wrong, wrong


class Visitor:
    """A browser in which somebody is signed in, with its first page."""

    def __init__(self, house: WebHouse, context: BrowserContext) -> None:
        self.house = house
        self.context = context
        self.wrong: list[str] = []
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        context.on("console", self._said)
        self.page = context.new_page()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(said in message.text for said in EXPECTED):
            self.wrong.append(f"{message.text} ({message.location['url']})")

    def open(self, path: str, page: Page | None = None) -> Page:
        """A page of the app, once what it asked for is there."""
        page = page or self.page
        page.goto(f"{self.house.own}/app/{path}")
        settled(page)
        return page

    def violations(self) -> list[str]:
        """What axe-core finds that keeps somebody from using the page as it stands."""
        self.page.evaluate((installed("axe_core") / "node_modules" / "axe-core" / "axe.min.js").read_text())
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]]


def settled(page: Page) -> None:
    """What the page asked for is there."""
    page.wait_for_selector("h1")
    page.wait_for_selector("[aria-busy=true]", state="detached")


@contextmanager
def web_house(path: Path, browser: Browser, filled: bool = True, clock: Callable[[], int] = now) -> Iterator[WebHouse]:
    """A house, with the ten examples where it is `filled`."""
    organisation = Organisation(on_sqlite(path / "events.db", b"r" * 32, "buurtmaat", clock))
    with running(path, organisation=organisation) as found:
        house = WebHouse(found, browser)
        if filled:
            house.record(json.dumps(event).encode() for event in examples())
        yield house
        house.leave()
