"""Somebody who has a keyboard alone, and a page in one of the languages: they go by Tab, and see at each stop where they are.

What they look for is named by its key in the words of the app, so that one test goes through the pages in both languages.
"""

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from web_house import Visitor

from api.web_pages import HERE

LOCALES = {"nl": "nl-NL", "en": "en-GB"}
MOST = 400
"""More stops of the Tab key than any page has that a test goes through."""
HERE_NOW = """async (wanted) => {
  // Before its style has come, nothing of a page is shown.
  if (document.readyState !== "complete") await new Promise((shown) => addEventListener("load", shown));
  const on = document.activeElement;
  const ringed = (one) => one && getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
  const drawn = on.closest("svg") && [...on.querySelectorAll("path, rect")].some((one) => getComputedStyle(one).stroke !== "none");
  return {
    there: on === wanted,
    within: wanted.contains(on),
    seen: on.matches("body, main") || ringed(on) || (on.matches(".chip input") && ringed(on.nextElementSibling)) || Boolean(drawn),
    on: on.outerHTML.slice(0, 200),
  };
}"""


def _read() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for file in sorted((HERE / "words").iterdir()):
        for key, pair in re.findall(r'^  "([\w.]+)": (\[.*?\]),$', file.read_text(), re.MULTILINE | re.DOTALL):
            texts[key] = json.loads(re.sub(r",\s*\]$", "]", pair))
    return texts


TEXTS = _read()


class Keys:
    """The keyboard of a visitor on their first page."""

    def __init__(self, visitor: Visitor, language: str) -> None:
        self.page: Page = visitor.page
        self._language = language

    def say(self, key: str, **values: Any) -> str:
        """A text of the app."""
        text = TEXTS[key][self._language == "en"].partition(" | ")[0]
        return re.sub(r"{(\w+)}", lambda name: str(values[name[1]]), text)

    def to(self, wanted: Locator) -> Locator:
        """Go on by Tab until it has the focus."""
        return self._go(wanted, "there")

    def into(self, wanted: Locator) -> Locator:
        """Go on by Tab until the focus is within it."""
        return self._go(wanted, "within")

    def _go(self, wanted: Locator, where: str) -> Locator:
        for stop in range(MOST):
            if stop:
                self.page.keyboard.press("Tab")
            found = wanted.evaluate(HERE_NOW)
            assert found["seen"], f"nobody sees that the focus is on {found['on']}"
            if found[where]:
                return wanted
        raise AssertionError(f"not to be reached by Tab: {wanted}")

    def named(self, role: Any, key: str, **values: Any) -> Locator:
        return self.page.get_by_role("main").get_by_role(role, name=self.say(key, **values), exact=True).first

    def push(self, role: Any, key: str, **values: Any) -> None:
        """Go to a link or a button, and press Enter."""
        self.to(self.named(role, key, **values))
        self.page.keyboard.press("Enter")

    def tick(self, group: str, text: str, within: Locator | None = None) -> None:
        """One of those that stand beside one another to be ticked."""
        box = (within or self._group(group)).get_by_role("checkbox", name=text, exact=True)
        self.to(box)
        self.page.keyboard.press("Space")

    def choose(self, group: str, answer: str) -> None:
        """An answer of which there can be one: the arrows go from one to the next."""
        found = self._group(group)
        self.into(found)
        wanted = found.get_by_role("radio", name=answer, exact=True)
        for _ in range(MOST):
            if wanted.evaluate("(wanted) => document.activeElement === wanted"):
                break
            self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("Space")
        expect(wanted).to_be_checked()

    def _group(self, key: str) -> Locator:
        return self.page.get_by_role("group", name=self.say(key), exact=True).first

    def write(self, field: Locator, text: str) -> None:
        self.to(field)
        self.page.keyboard.type(text)

    def pick(self, select: Locator, text: str) -> None:
        """Of a list that opens: down, from one to the next."""
        self.to(select)
        for _ in range(MOST):
            if select.evaluate("(one) => one.selectedOptions[0].textContent") == text:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{text} is not in {select}")

    def is_somewhere(self) -> None:
        """What was done has not lost them."""
        expect(self.page.locator("#app :focus")).to_have_count(1)
