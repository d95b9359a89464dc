"""What is recorded waits for the network in the browser: nothing is lost, nothing is there twice, and nobody records as another."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect
from web_house import Visitor, WebHouse, settled
from web_recorded import chip, history, pair, recorded, send, types

from domain.model.roles import Role

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def coordinator(web: WebHouse) -> Visitor:
    return web.visitor(keeps_files=True, viewport=PHONE)


@contextmanager
def offline(visitor: Visitor) -> Iterator[None]:
    visitor.context.set_offline(True)
    yield
    visitor.context.set_offline(False)


def kept(visitor: Visitor) -> None:
    """The app's own files are in the browser."""
    visitor.page.evaluate("navigator.serviceWorker.ready.then((found) => found.active)")


def enter(page: Page, web: WebHouse, name: str) -> None:
    page.goto("about:blank")
    page.goto(f"{web.own}/sign-in#{web.organisation.tokens.made_for('coordinator', 15, 'link', name)}")
    page.locator("main button:visible").click()
    page.wait_for_url(f"{web.own}/sign-in")
    page.goto(f"{web.own}/app/contacts")


def test_what_is_recorded_without_a_network_goes_out_once_when_it_is_back(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "basement")
    page = coordinator.open(f"contact/{contact}")
    expect(page.get_by_role("button", name="Met as agreed")).to_be_visible()
    kept(coordinator)
    with offline(coordinator):
        page.get_by_role("button", name="Met as agreed").click()
        expect(page.get_by_role("link", name="1 waiting")).to_be_visible()
        page.goto(f"{web.own}/app/record/{contact}/moment_noted")
        expect(page.get_by_text("The server cannot be reached")).to_be_visible()
        chip(page, "laughter")
        send(page)
        expect(page.get_by_role("link", name="2 waiting")).to_be_visible(timeout=10_000)
        page.goto(f"{web.own}/app/record/{contact}/account_given")
        chip(page, "Noor")
        page.get_by_label("What Noor said of it", exact=True).fill("A neighbour, I say.")
        send(page)
        expect(page.get_by_role("link", name="3 waiting")).to_be_visible(timeout=10_000)
        waiting = page.get_by_text("Waits until the server can be reached.")
        expect(waiting.nth(2)).to_be_visible()
        page.reload()
        expect(waiting).to_have_count(3)
        assert history(coordinator, contact) == []
    expect(page.locator(".count")).to_have_count(0, timeout=10_000)
    assert types(coordinator, contact) == ["account_given", "meeting_held", "moment_noted"]


def test_what_arrived_though_no_answer_came_back_is_recorded_once(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "lost")
    page = coordinator.open(f"contact/{contact}")

    def lose(route: Route) -> None:
        if "mutation" in (route.request.post_data or ""):
            route.fetch()
            route.abort("internetdisconnected")
        else:
            route.continue_()

    coordinator.context.route("**/graphql", lose)
    page.get_by_role("button", name="Met as agreed").click()
    expect(page.get_by_role("link", name="1 waiting")).to_be_visible()
    assert recorded(coordinator, contact, 1) == ["meeting_held"]
    coordinator.context.unroute("**/graphql")
    expect(page.locator(".count")).to_have_count(0, timeout=10_000)
    assert types(coordinator, contact) == ["meeting_held"]


SEND_MANY = """async (contact) => {
    const { record } = await import("/app/outbox.js");
    const { eventOf } = await import("/app/entry.js");
    const about = `relationship/${contact}`;
    const filled = { type: "moment_noted", occurred: "2025-01-01", data: { between: ["a"], what: "talk" } };
    for (let sent = 0; sent < 8; sent++) record({ form: "moment_noted", about, typed: filled, events: [eventOf(about, filled)] });
}"""


def test_two_tabs_send_what_waits_once(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "tabs")
    pages = [coordinator.open(f"contact/{contact}"), coordinator.open(f"contact/{contact}", coordinator.context.new_page())]
    with offline(coordinator):
        for page in pages:
            page.evaluate(SEND_MANY, contact)
        for page in pages:
            expect(page.get_by_role("link", name="16 waiting")).to_be_visible()
    for page in pages:
        expect(page.locator(".count")).to_have_count(0, timeout=10_000)
    assert types(coordinator, contact) == ["moment_noted"] * 16


def test_another_person_on_the_same_browser_neither_sees_nor_sends_what_waits(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "shared-phone")
    page = coordinator.open(f"contact/{contact}")
    expect(page.get_by_role("button", name="Met as agreed")).to_be_visible()
    stale = coordinator.open(f"record/{contact}/moment_noted", coordinator.context.new_page())
    with offline(coordinator):
        page.get_by_role("button", name="Met as agreed").click()
        expect(page.get_by_role("link", name="1 waiting")).to_be_visible()
        coordinator.context.clear_cookies()
    enter(page, web, "berta")
    settled(page)
    expect(page.locator(".count")).to_have_count(0)
    # The tab that was left open still takes itself to be anna's: nothing of hers is recorded as berta's.
    chip(stale, "laughter")
    send(stale)
    expect(stale.get_by_role("link", name="2 waiting")).to_be_visible(timeout=10_000)
    assert history(coordinator, contact) == []
    enter(page, web, "anna")
    assert recorded(coordinator, contact, 2) == ["meeting_held", "moment_noted"]
    assert {event["recordedBy"] for event in history(coordinator, contact)} == {"system/anna"}
    coordinator.wrong.clear()  # Chromium tells of the 401 where nobody is signed in, and of what was refused meanwhile.


def remembers_nothing(page: Page) -> bool:
    """Whether the tab does, once the script of its page has run, which is after the style has come."""
    page.wait_for_load_state()
    return bool(page.evaluate("sessionStorage.length === 0"))


def test_names_go_from_the_browser_when_somebody_signs_out(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("contact/petra-maaike")
    expect(page.get_by_role("button", name="Met as agreed")).to_be_visible()
    assert "Petra" in page.evaluate("JSON.stringify(sessionStorage)")
    assert "Petra" not in page.evaluate("JSON.stringify(localStorage)")
    page.goto(f"{web.own}/sign-in")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert remembers_nothing(page)


def test_whoever_signs_out_in_one_tab_does_so_in_all(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("contact/petra-maaike")
    other = coordinator.open("today", coordinator.context.new_page())
    assert "Petra" in other.evaluate("JSON.stringify(sessionStorage)")
    page.goto(f"{web.own}/sign-in")
    page.get_by_role("button", name="Sign out").click()
    other.wait_for_url(f"{web.own}/sign-in")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    assert remembers_nothing(other)


def test_a_tab_that_slept_while_somebody_signed_out_shows_nothing_when_it_is_loaded_anew(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("today")
    kept(coordinator)
    page.evaluate("localStorage.setItem('tussenruimte.signed_out', Date.now() + 1)")
    coordinator.context.route("**/graphql", lambda route: route.abort("internetdisconnected"))
    page.reload()
    page.wait_for_url(f"{web.own}/sign-in")
    assert remembers_nothing(page)


def test_who_only_comes_to_the_page_of_signing_in_ends_nothing_elsewhere(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("contact/petra-maaike")
    other = coordinator.open("record/petra-maaike/moment_noted", coordinator.context.new_page())
    chip(other, "laughter")
    coordinator.context.clear_cookies()
    page.goto(f"{web.own}/sign-in")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('tussenruimte.signed_out')") is None
    expect(other.get_by_label("laughter")).to_be_checked()
    coordinator.wrong.clear()  # Chromium tells of the 401 where nobody is signed in.


def test_today_is_shown_without_a_network_as_it_was_with_when_that_was(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("today")
    cards = page.get_by_role("article").count()
    kept(coordinator)
    remembered = page.evaluate("sessionStorage.getItem('tussenruimte.page.today')")
    assert "Petra" in remembered
    assert '"told"' not in remembered
    with offline(coordinator):
        page.reload()
        expect(page.get_by_text("when the server was last reached")).to_be_visible()
        expect(page.get_by_role("article")).to_have_count(cards)
        aside = page.get_by_role("article").filter(has=page.get_by_role("button", name="Not now")).first
        aside.get_by_role("button", name="Not now").click()
        expect(aside.get_by_role("alert")).to_have_text("This needs the network. Nothing was put aside or taken back.")
        leave = page.get_by_role("article").filter(has=page.get_by_role("button", name="Leave open")).first
        of = leave.get_by_role("heading").inner_text()
        leave.get_by_role("button", name="Leave open").click()
        expect(page.get_by_role("link", name="1 waiting")).to_be_visible(timeout=10_000)
        page.reload()
        left = page.get_by_role("article").filter(has_text="Left open. That is enough.")
        expect(left.first.get_by_role("heading")).to_have_text(of)
    expect(page.locator(".count")).to_have_count(0, timeout=10_000)
    expect(page.get_by_text("when the server was last reached")).to_have_count(0)


def test_a_new_contact_is_recorded_without_a_network_with_who_was_seen_before(web: WebHouse, coordinator: Visitor) -> None:
    contact = pair(web, "acquainted")
    page = coordinator.open(f"contact/{contact}")
    expect(page.get_by_role("button", name="Met as agreed")).to_be_visible()
    kept(coordinator)
    with offline(coordinator):
        page.goto(f"{web.own}/app/record/new")
        expect(page.get_by_text("that you looked at in this tab")).to_be_visible()
        people = page.get_by_role("group", name="Person")
        people.nth(0).get_by_label("Who", exact=True).select_option("acquainted-noor")
        people.nth(1).get_by_label("Name").fill("Ilse")
        chip(people.nth(1), "word of mouth")
        send(page)
        expect(page.get_by_role("link", name="1 waiting")).to_be_visible(timeout=10_000)
    expect(page.locator(".count")).to_have_count(0, timeout=10_000)
    coordinator.open("contacts").get_by_role("link", name="Noor and Ilse").click()
    expect(page.get_by_role("heading", name="Noor and Ilse")).to_be_visible()


KEPT = """async () => {
    const caches_kept = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(caches_kept.map((cache) => cache.keys()))).flat();
    return requests.map(({ url }) => new URL(url).pathname);
}"""


def test_the_browser_keeps_the_files_of_the_app_and_no_answer(web: WebHouse, coordinator: Visitor) -> None:
    page = coordinator.open("contact/petra-maaike")
    kept(coordinator)
    names = page.evaluate(KEPT)
    assert {"/app/", "/app/outbox.js", "/app/vendor/preact.js"} <= set(names)
    assert not [name for name in names if not name.startswith("/app/")]


@pytest.mark.parametrize(("role", "path"), [("auditor", "audit"), ("administrator", "settings")])
def test_whoever_works_with_the_platform_has_its_pages_from_what_the_browser_keeps(web: WebHouse, role: Role, path: str) -> None:
    """And nothing goes wrong in them, in the other language either."""
    visitor = web.visitor(role, "ada", keeps_files=True, locale="nl-NL")
    heading = visitor.open(path).get_by_role("heading", level=1).inner_text()
    kept(visitor)
    # What this page goes on to load it began before the files were there.
    visitor.page.goto("about:blank")
    sent: list[str] = []
    visitor.page.on("response", lambda answer: None if answer.from_service_worker else sent.append(answer.url))
    visitor.open(path)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(heading)
    assert not [url for url in sent if url.endswith((".js", ".css"))]
