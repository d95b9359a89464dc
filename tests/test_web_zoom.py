"""At 200 %, of the whole page or of its text alone, no page scrolls sideways, and nothing on it is cut off."""

import pytest
from playwright.sync_api import Page, expect
from web_house import Visitor, WebHouse, settled
from web_keys import TEXTS

from domain.model.roles import Reach, Role
from domain.store.accesses import Viewer

DESK = {"width": 1_280, "height": 900}
HALF = {"width": 640, "height": 450}
"""What is left of a desk where one pixel is shown as four."""
PAGES: dict[Role, list[str]] = {
    "coordinator": [
        "app/today", "app/contacts", "app/contact/petra-maaike", "app/contact/monday-table", "app/record", "app/record/petra-maaike",
        "app/record/petra-maaike/meeting_held", "app/record/new", "app/initiatives", "app/initiative/cycling-buddies", "app/bring",
    ],
    "auditor": ["app/audit", "app/audit/petra-maaike"],
    "researcher": ["app/research"],
    "administrator": ["app/settings"],
    "participant": ["sign-in", "own", "own/leave?what=everything"],
}  # fmt: skip
REACH = {"participant": Reach(participant="petra-maaike-a"), "researcher": Reach(project="zoomed")}
CUT = """() => {
  const scrolls = (one) => one && (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const told = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const found = [];
  for (const one of document.body.querySelectorAll("*")) {
    if (!told(one) || one.closest(".unseen, .skip, select, head, style, script") || !one.checkVisibility()) continue;
    const { left, right } = one.getBoundingClientRect();
    if ((right > innerWidth + 1 || left < -1) && !scrolls(one)) found.push(`outside: ${one.outerHTML.slice(0, 160)}`);
    const { overflowX, overflowY } = getComputedStyle(one);
    const hides = (overflow, whole, shown) => ["hidden", "clip"].includes(overflow) && whole > shown + 1;
    if (hides(overflowX, one.scrollWidth, one.clientWidth) || hides(overflowY, one.scrollHeight, one.clientHeight)) {
      found.push(`hidden: ${one.outerHTML.slice(0, 160)}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module", autouse=True)
def project(web: WebHouse) -> None:
    web.organisation.projects.create("zoomed", "To learn how contacts begin.", Viewer("command-line/jansen", "operator"))


def lost(page: Page) -> list[str]:
    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{sideways} px sideways"] * (sideways > 0) + page.evaluate(CUT)


def opened(visitor: Visitor, path: str) -> Page:
    visitor.page.goto(f"{visitor.house.own}/{path}")
    settled(visitor.page)
    expect(visitor.page.get_by_text(TEXTS["shell.nowhere"][0])).to_have_count(0)
    return visitor.page


@pytest.mark.parametrize("role", PAGES)
def test_at_twice_the_size_nothing_is_lost(web: WebHouse, role: Role) -> None:
    visitor = web.visitor(role, "anna", REACH.get(role, Reach()), locale="nl-NL", viewport=HALF)
    assert {path: found for path in PAGES[role] if (found := lost(opened(visitor, path)))} == {}


@pytest.mark.parametrize("role", PAGES)
def test_with_text_twice_as_large_nothing_is_lost(web: WebHouse, role: Role) -> None:
    visitor = web.visitor(role, "anna", REACH.get(role, Reach()), locale="nl-NL", viewport=DESK)
    found = {}
    for path in PAGES[role]:
        page = opened(visitor, path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)") >= 50
        if gone := lost(page):
            found[path] = gone
    assert found == {}
