"""Contacts of their own for tests that record in the browser, and what a coordinator does there."""

import json
import time
from typing import Any

from playwright.sync_api import Locator, Page
from sent_lines import initiative, match, person
from web_house import Visitor, WebHouse


def pair(web: WebHouse, name: str, **more: Any) -> str:
    """A contact of its own for a test, of Noor and Sam."""
    home, people = f"{name}-home", (f"{name}-noor", f"{name}-sam")
    called = [named(line, "Noor" if one == people[0] else "Sam") for one in people for line in person(one)]
    web.record([initiative(home), *called, match(name, *people, home, **more)])
    return name


def named(registered: bytes, name: str) -> bytes:
    return registered.replace(b"Somebody", name.encode())


def history(visitor: Visitor, contact: str) -> list[dict[str, Any]]:
    """What is recorded of a contact, the latest last, without its beginning."""
    query = "query($id: ID!) { relationship(id: $id) { history { id type occurred recordedBy perspective data amended retractedBy } } }"
    found = asked(visitor, query, id=contact)["relationship"]["history"]
    return [event for event in found if event["type"] != "match_made"]


def types(visitor: Visitor, contact: str) -> list[str]:
    return sorted(event["type"] for event in history(visitor, contact))


def recorded(visitor: Visitor, contact: str, number: int) -> list[str]:
    """The types of what is recorded, once there are so many events, or no more come."""
    until = time.monotonic() + 10
    while len(found := types(visitor, contact)) < number and time.monotonic() < until:
        visitor.page.wait_for_timeout(50)
    return found


def asked(visitor: Visitor, query: str, **variables: Any) -> Any:
    """What the pages' own way to ask gives somebody."""
    answer = visitor.context.request.post(
        f"{visitor.house.own}/graphql",
        data=json.dumps({"query": query, "variables": variables}),
        headers={"Content-Type": "application/json", "Origin": visitor.house.own, "Sec-Fetch-Site": "same-origin"},
    )
    return answer.json()["data"]


def chip(page: Page | Locator, text: str) -> None:
    page.locator(".chip", has_text=text).first.click()


def send(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Record", exact=True).click()


def fill_people(page: Page, roles: dict[str, str]) -> None:
    """Who is in a new contact, with their roles; each says yes by word of mouth."""
    for number, (name, role) in enumerate(roles.items(), 1):
        somebody = page.get_by_role("group", name=f"Person {number}")
        somebody.get_by_label("Name").fill(name)
        chip(somebody, "word of mouth")
        somebody.get_by_label("Role").select_option(label=role)
