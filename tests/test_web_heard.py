"""What a screen reader is told: where one is on a page, what becomes of what was done, and what each picture is and shows."""

import pytest
from playwright.sync_api import Page, expect
from web_house import WebHouse
from web_recorded import pair

HEAD = """
- link "To the content"
- banner:
  - link "Tussenruimte"
  - navigation "Pages":
    - link "{at}"
"""
MAIN = {
    "today": """
- main:
  - heading "Today" [level=1]
  - region "Asks for a look":
    - heading "Asks for a look" [level=2]
    - list:
      - listitem:
        - article:
          - heading [level=3]
  - region "Record quickly":
    - heading "Record quickly" [level=2]
""",
    "contacts": """
- main:
  - heading "Contacts" [level=1]
  - search:
    - searchbox "Find by name or initiative"
    - checkbox "Also what has ended"
  - list:
    - listitem
""",
    "contact/petra-maaike": """
- main:
  - heading "Petra and Maaike" [level=1]
  - region "Record":
    - heading "Record" [level=2]
    - navigation "Record"
  - combobox "Whose view"
  - combobox "A second lens beside it"
  - region "How it went":
    - heading "How it went" [level=2]
    - figure "The lens evidence, all taken together":
      - heading [level=3]
      - group "The lens evidence, all taken together":
        - 'slider "Day in the course: evidence"'
        - 'group "Changes: evidence"'
    - 'region "Then, and why: evidence"'
  - region "The story":
    - heading "The story" [level=2]
    - list:
      - listitem
""",
    "initiatives": """
- main:
  - heading "Initiatives" [level=1]
  - list
""",
    "record/petra-maaike/meeting_held": """
- main:
  - heading "Meeting" [level=1]
  - group "When"
  - group "Who were there"
  - combobox "Where"
  - group "How was it"
  - heading "Notes" [level=2]
  - paragraph:
    - button "Record"
""",
}
PICTURES = """() => [...document.querySelectorAll("main .drawn svg[role]")].map((one) => [
  one.getAttribute("aria-label") ?? document.getElementById(one.getAttribute("aria-labelledby"))?.textContent ?? "",
  document.getElementById(one.getAttribute("aria-describedby"))?.textContent ?? "",
  one.closest("figure").querySelectorAll("details summary").length,
])"""


def at(path: str) -> str:
    return {"today": "Today", "contacts": "Contacts", "initiatives": "Initiatives"}.get(path, "Contacts")


@pytest.mark.parametrize("path", MAIN)
def test_a_page_tells_where_one_is_and_what_stands_on_it(web: WebHouse, path: str) -> None:
    page = web.visitor().open(path)
    expect(page.locator("#app")).to_match_aria_snapshot(HEAD.format(at=at(path)) + MAIN[path].lstrip("\n"))


def described(page: Page) -> list[list[object]]:
    expect(page.locator("main .drawn svg[role]").first).to_be_visible()
    found: list[list[object]] = page.evaluate(PICTURES)
    return found


@pytest.mark.parametrize(("path", "least"), [("contact/petra-maaike", 3), ("contact/monday-table", 3), ("initiative/cycling-buddies", 3)])
def test_each_picture_has_a_name_a_description_and_a_table(web: WebHouse, path: str, least: int) -> None:
    page = web.visitor().open(path)
    expect(page.locator("main .drawn svg[role]").nth(least - 1)).to_be_visible()
    found = described(page)
    assert [one for one in found if not (str(one[0]).strip() and len(str(one[1])) > 20 and one[2] == 1)] == []
    drawn = page.locator("main .drawn svg").count()
    assert drawn == len(found), "a picture that is not told"


def test_what_becomes_of_an_entry_is_told_as_it_happens(web: WebHouse) -> None:
    visitor = web.visitor()
    contact = pair(web, "told")
    page = visitor.open(f"contact/{contact}")
    page.get_by_role("button", name="Met as agreed").click()
    expect(page.get_by_role("region", name="Record", exact=True)).to_match_aria_snapshot(
        '- status:\n  - text: /Recorded. Meeting/\n  - button "Undo"'
    )
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("banner")).to_match_aria_snapshot('- status:\n  - link "1 waiting"')
    expect(page.get_by_role("region", name="Not with the server yet")).to_contain_text("Waits until the server can be reached.")
    visitor.context.set_offline(False)
    expect(page.locator("li.retracted")).to_have_count(1)


def test_a_refusal_is_told_at_once_and_stands_with_what_it_is_about(web: WebHouse) -> None:
    page = web.visitor().open("record/petra-maaike/meeting_held")
    page.locator(".chip", has_text="another day").click()
    page.get_by_label("another day").last.fill("2001-01-01")
    page.get_by_role("button", name="Record", exact=True).click()
    said = page.get_by_role("alert")
    expect(said).to_be_focused()
    expect(page.get_by_role("group", name="When", exact=True)).to_have_accessible_description(said.inner_text())
