"""Whether a page stays at rest for the eye while much is recorded, and how soon a picture of very many contacts is there: in Chromium.

The page is visited while nothing is recorded, and while a hundred meetings a second are, all of which it shows; each frame that it draws is
counted. Server, recorder and browser share the machine.
"""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright
from sent_lines import initiative, match, meeting, person
from web_house import chromium, settled

from bench import peers
from bench.measures import Row, row, skipped
from bench.stores import imported, sqlite
from domain.store.tokens import Tokens

RATE, TOGETHER = 100, 10
"""Events a second, and how many of them are recorded at a time."""
SECONDS = 10
CONTACTS = 50
MEETINGS = 20
"""Of each contact, before anything is measured."""
MARKS = 2_000
PAGES = {"a contact": "contact/r0", "an initiative of 50 contacts": "initiative/home"}
FRAMES = """(seconds) => new Promise((done) => {
    const at = [];
    const step = (now) => {
        at.push(now);
        now - at[0] < seconds * 1_000 ? requestAnimationFrame(step) : done(at);
    };
    requestAnimationFrame(step);
})"""
DRAWN = """async (count) => {
    const { html, render, signal } = await import("/app/vendor/preact.js");
    const { Ternary } = await import("/app/pictures/ternary.js");
    const phases = ["help", "ambiguity", "friendship"];
    const contacts = Array.from({ length: count }, (_, n) => {
        const [help, friendship] = [((n * 7) % 100) / 100, ((n * 13) % 100) / 100];
        const whole = help + friendship + 0.3;
        const parts = { help: help / whole, friendship: friendship / whole, ambiguity: 0.3 / whole, confidence: (n % 10) / 10 };
        return { id: `c${n}`, href: `/app/contact/c${n}`, name: `Contact ${n}`, text: `Contact ${n}`, phase: phases[n % 3], ...parts };
    });
    const place = document.body.appendChild(document.createElement("div"));
    const began = performance.now();
    render(html`<${Ternary} contacts=${contacts} width=${900} label="marks" describedBy=${null} named=${signal(null)} />`, place);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const took = performance.now() - began;
    const marks = place.querySelectorAll("[data-mark]").length;
    render(null, place);
    place.remove();
    return { took, marks };
}"""


class Drawn(NamedTuple):
    """Frames a second, and the mean of how long the slowest hundredth of them took, in ms."""

    frames: float
    slowest: float


def rows(rounds: int) -> list[Row]:
    try:
        return list(_measured(rounds))
    except pytest.skip.Exception as absent:
        return [skipped("pages while much is recorded", str(absent))]


def _measured(rounds: int) -> Iterator[Row]:
    with _visited() as (page, base, headers):
        for name, path in PAGES.items():
            page.goto(f"{base}/app/{path}")
            settled(page)
            quiet: list[Drawn] = []
            much: list[Drawn] = []
            for _ in range(rounds):
                quiet.append(_frames(page))
                # What is recorded while it is measured is shown by then, or it would measure a page that stands still.
                with _recording(base, headers), page.expect_request("**/graphql"):
                    much.append(_frames(page))
            still, busy = (Drawn(*map(statistics.median, zip(*turns, strict=True))) for turns in (quiet, much))
            told = f"{still.frames:.1f} and {busy.frames:.1f} a second, slowest {still.slowest:.0f} and {busy.slowest:.0f} ms"
            print(f"  frames, {name}, in peace and not: {told}", flush=True)
            what = f"the page of {name}, {RATE} events/s that it shows"
            yield row(f"{what}: frames a second", busy.frames, "≥ 30")
            yield row(f"{what}: of those while nothing is recorded", busy.frames / still.frames)
            yield row(f"{what}: ms that the slowest 1 % of frames take, in the mean", busy.slowest)
            yield row("the same while nothing is recorded", still.slowest)
        page.goto(f"{base}/app/contacts")
        settled(page)
        took = [_marks(page) for _ in range(rounds)]
        yield row(f"{MARKS:,} marks in a picture: ms until they are drawn", statistics.median(took), "< 200")


def _frames(page: Page) -> Drawn:
    at = page.evaluate(FRAMES, SECONDS)
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(at))
    slowest = gaps[-max(1, len(gaps) // 100) :]
    return Drawn(1_000 * len(gaps) / (at[-1] - at[0]), statistics.mean(slowest))


def _marks(page: Page) -> float:
    drawn = page.evaluate(DRAWN, MARKS)
    if drawn["marks"] != MARKS:
        raise RuntimeError(f"{drawn['marks']} marks were drawn, not {MARKS}")
    return float(drawn["took"])


def _lines() -> Iterator[bytes]:
    yield initiative()
    for number in range(CONTACTS):
        people = (f"p{number}-a", f"p{number}-b")
        yield from (one for id in people for one in person(id))
        yield match(f"r{number}", *people)
        for place in range(MEETINGS):
            yield meeting(f"m{number}-{place}", f"r{number}", f"202{1 + place // 12}-{place % 12 + 1:02}-{number % 28 + 1:02}")


@contextmanager
def _visited() -> Iterator[tuple[Page, str, dict[str, str]]]:
    """A coordinator's browser, the address of the server, and headers with which can be recorded there."""
    with sqlite() as place:
        with closing(place.store()) as store:
            imported(store, _lines())
            link = Tokens(store.database, store.clock).made_for("coordinator", 60, "link", "bench")
        with peers.tussenruimte(place.found) as served, sync_playwright() as playwright, closing(chromium(playwright)) as browser:
            base = f"http://127.0.0.1:{served.port}"
            page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
            page.goto(f"{base}/sign-in#{link}")
            page.get_by_role("main").get_by_role("button").click()
            page.wait_for_url(lambda address: not address.endswith(link))
            yield page, base, {"Authorization": f"Bearer {served.token}", "Content-Type": "application/cloudevents-batch+json"}


@contextmanager
def _recording(base: str, headers: dict[str, str]) -> Iterator[None]:
    """Meetings, evenly, so many at a time: every second one of the first contact, the others of all in turn."""
    over = threading.Event()
    failed: list[str] = []

    def record() -> None:
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            begun, sent = time.monotonic(), 0
            while not over.wait(TOGETHER / RATE):
                # All that is due by now, also where the last ones took their time.
                numbers = range(sent, int((time.monotonic() - begun) * RATE))
                of = [0 if number % 2 else number // 2 % CONTACTS for number in numbers]
                lines = [meeting(f"live-{time.monotonic_ns()}-{id}", f"r{id}", "2023-01-01") for id in of]
                answer = client.post("/events", content=b"[" + b",".join(lines) + b"]")
                sent = numbers.stop
                if answer.status_code != 200:
                    failed.append(answer.text)
                    break
            counts.append(sent / (time.monotonic() - begun))

    counts: list[float] = []
    recorder = threading.Thread(target=record)
    recorder.start()
    try:
        yield
    finally:
        over.set()
        recorder.join()
    if failed:
        raise RuntimeError(failed[0])
    print(f"  recorded {counts[0]:.0f} events/s", flush=True)
