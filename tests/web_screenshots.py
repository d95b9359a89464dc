"""The pictures of the web app in the README: pages of a house in which the demo's contacts have moved, as a browser shows them.

`make screenshots` takes them anew, into `examples/`.
"""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from web_house import WebHouse, chromium, web_house

from deploy import living

ROOT = Path(__file__).parent.parent
SIZE = {"width": 1_080, "height": 760}
PHONE = {"width": 390, "height": 760}


def moved(house: WebHouse) -> None:
    """All that happens in the demo has happened."""
    begin, happening = living.told(date.today())
    house.record(json.dumps(event).encode() for event in (*begin, *happening))


def take(house: WebHouse, into: Path) -> list[Path]:
    """The pictures that were taken."""
    visitor = house.visitor(viewport=SIZE)
    phone = house.visitor(viewport=PHONE, color_scheme="dark")
    taken = [
        _kept(visitor.open("today"), into / "web-today.png"),
        _kept(_looked_at(visitor.open("contact/noor-bep")), into / "web-contact.png"),
        _kept(_at(visitor.open("initiative/around-the-corner"), "Where contacts stand"), into / "web-initiative.png"),
        _kept(phone.open("record/noor-bep/meeting_held"), into / "web-record.png"),
    ]
    return taken


def _looked_at(page: Page) -> Page:
    """With the change looked at, and why it came."""
    _at(page, "How it went")
    page.locator(".mark").nth(1).hover()
    page.locator(".because").first.wait_for()
    return page


def _at(page: Page, heading: str) -> Page:
    page.get_by_role("heading", name=heading).evaluate("heading => heading.scrollIntoView()")
    return page


def _kept(page: Page, file: Path) -> Path:
    page.screenshot(path=file, animations="disabled")
    return file


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = chromium(playwright)
        with web_house(Path(folder), browser, filled=False) as house:
            moved(house)
            for file in take(house, ROOT / "examples"):
                print(file.relative_to(ROOT), f"{file.stat().st_size:,} bytes", file=sys.stderr)
        browser.close()
