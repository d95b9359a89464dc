"""A new version of the app waits until somebody wants it, loses nothing that they were doing, and is whole or does not come."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import web_house
from playwright.sync_api import Browser, Page, expect
from web_house import Visitor, WebHouse, settled
from web_recorded import chip, pair, recorded

from api import web_pages

NEWER = "There is a new version: refresh"
CONTROLLED = """() => new Promise((done) => {
    const files = navigator.serviceWorker;
    if (files.controller) done();
    else files.addEventListener("controllerchange", done, { once: true });
})"""
TRIED = """async () => {
    const registration = await navigator.serviceWorker.getRegistration("/app/");
    await registration.update();
    const { installing } = registration;
    if (installing) await new Promise((done) => installing.addEventListener("statechange", done, { once: true }));
}"""
HELD = """() => {
    const post = ServiceWorker.prototype.postMessage;
    ServiceWorker.prototype.postMessage = () => (ServiceWorker.prototype.postMessage = post);
}"""
"""The next thing said to a version that waits does not reach it."""
SLOW = """
    const files = navigator.serviceWorker;
    const register = files.register.bind(files);
    const told = new Promise((done) => (window.tell = done));
    files.register = (...asked) => told.then(() => register(...asked));
"""
"""A browser that does not say for a while which versions there are."""
ALONE = """
    const later = window.setTimeout.bind(window);
    window.setTimeout = (told, ms, ...more) => later(told, ms === 3_000 ? 3_600_000 : ms, ...more);
"""
"""A tab that loads no other pages by itself: while it does, Chromium may have the version that another tab wants wait for minutes."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the app, as they are deployed for a test."""
    copied = shutil.copytree(web_pages.HERE, tmp_path / "deployed")
    monkeypatch.setattr(web_pages, "HERE", copied)
    return copied


@pytest.fixture
def own(files: Path, tmp_path: Path, chromium: Browser) -> Iterator[WebHouse]:
    with web_house.web_house(tmp_path, chromium, filled=False) as house:
        yield house


@pytest.fixture
def visitor(own: WebHouse) -> Visitor:
    """A coordinator whose browser keeps the files of the app."""
    found = own.visitor(keeps_files=True)
    found.open("contacts")
    found.page.evaluate(CONTROLLED)
    return found


def deploy(files: Path, name: str) -> None:
    """A version in which the program is called otherwise."""
    page = files / "app.js"
    page.write_text(page.read_text().replace("<span>Tussenruimte</span>", f"<span>{name}</span>"))


def look_again(page: Page) -> None:
    """Somebody comes back to the page."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def tried(page: Page) -> None:
    """Whether there is a newer version was looked at, whatever came of that."""
    page.evaluate(TRIED)


def test_a_new_version_is_told_of_and_comes_when_it_is_wanted_with_what_was_being_typed(
    own: WebHouse, files: Path, visitor: Visitor
) -> None:
    contact = pair(own, "typed")
    page = visitor.open(f"record/{contact}/moment_noted")
    chip(page, "laughter")
    page.get_by_text("About Noor", exact=True).click()
    page.get_by_label("About Noor", exact=True).fill("Half a sentence")
    deploy(files, "Second")
    look_again(page)
    expect(page.get_by_role("button", name=NEWER)).to_be_visible()
    expect(page.locator("a.mark")).to_have_text("Tussenruimte")
    page.get_by_role("button", name=NEWER).click()
    expect(page.locator("a.mark")).to_have_text("Second")
    expect(page.get_by_label("About Noor", exact=True)).to_have_value("Half a sentence")
    expect(page.get_by_label("laughter")).to_be_checked()
    expect(page.get_by_role("button", name=NEWER)).to_have_count(0)


def test_what_waits_is_still_there_in_the_new_version_and_goes_out_once(own: WebHouse, files: Path, visitor: Visitor) -> None:
    contact = pair(own, "waits")
    page = visitor.open(f"contact/{contact}")
    expect(page.get_by_role("button", name="Met as agreed")).to_be_visible()
    deploy(files, "Second")
    look_again(page)
    expect(page.get_by_role("button", name=NEWER)).to_be_visible()
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Met as agreed").click()
    expect(page.get_by_role("link", name="1 waiting")).to_be_visible()
    page.get_by_role("button", name=NEWER).click()
    expect(page.locator("a.mark")).to_have_text("Second")
    expect(page.get_by_role("link", name="1 waiting")).to_be_visible()
    visitor.context.set_offline(False)
    expect(page.locator(".count")).to_have_count(0)
    assert recorded(visitor, contact, 1) == ["meeting_held"]


def test_another_tab_stays_as_it_is_until_it_is_refreshed_too(own: WebHouse, files: Path, visitor: Visitor) -> None:
    contact = pair(own, "tabs")
    page, other = visitor.page, visitor.context.new_page()
    other.add_init_script(ALONE)
    visitor.open(f"record/{contact}/moment_noted", other)
    chip(other, "laughter")
    deploy(files, "Second")
    look_again(page)
    page.get_by_role("button", name=NEWER).click()
    expect(page.locator("a.mark")).to_have_text("Second")
    expect(other.locator("a.mark")).to_have_text("Tussenruimte")
    expect(other.get_by_label("laughter")).to_be_checked()
    other.get_by_role("button", name=NEWER).click()
    expect(other.locator("a.mark")).to_have_text("Second")
    expect(other.get_by_label("laughter")).to_be_checked()


def test_what_another_tab_refreshed_is_told_also_where_it_was_not_known_yet_which_versions_there_are(
    own: WebHouse, files: Path, visitor: Visitor
) -> None:
    page, other = visitor.page, visitor.context.new_page()
    other.add_init_script(SLOW + ALONE)
    visitor.open("today", other)
    deploy(files, "Second")
    look_again(page)
    page.get_by_role("button", name=NEWER).click()
    expect(page.locator("a.mark")).to_have_text("Second")
    other.evaluate("tell()")
    other.get_by_role("button", name=NEWER).click()
    expect(other.locator("a.mark")).to_have_text("Second")


def test_where_a_still_newer_version_comes_before_the_other_took_over_that_one_is_shown(
    own: WebHouse, files: Path, visitor: Visitor
) -> None:
    page = visitor.page
    deploy(files, "Second")
    look_again(page)
    expect(page.get_by_role("button", name=NEWER)).to_be_visible()
    page.evaluate(HELD)
    page.get_by_role("button", name=NEWER).click()
    (files / "app.js").write_text((files / "app.js").read_text().replace("<span>Second</span>", "<span>Third</span>"))
    look_again(page)
    expect(page.locator("a.mark")).to_have_text("Third")


@pytest.mark.parametrize("missing", ["pages/contacts.js", "style.css", "answer.js"])
def test_a_version_in_which_a_file_is_missing_leaves_the_one_before(files: Path, visitor: Visitor, missing: str) -> None:
    deploy(files, "Broken")
    (files / missing).unlink()
    tried(visitor.page)
    visitor.page.reload()
    settled(visitor.page)
    expect(visitor.page.locator("a.mark")).to_have_text("Tussenruimte")
    expect(visitor.page.get_by_role("button", name=NEWER)).to_have_count(0)
    shutil.copy(Path(web_pages.__file__).parent / "web" / missing, files / missing)
    tried(visitor.page)
    visitor.page.get_by_role("button", name=NEWER).click()
    expect(visitor.page.locator("a.mark")).to_have_text("Broken")
    visitor.wrong.clear()  # Chromium tells of the version that did not come.
