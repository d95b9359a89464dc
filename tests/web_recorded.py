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
    body = json.dumps({"query": query, "variables": {"id": contact}})
    answer = visitor.context.request.post(
        f"{visitor.house.own}/graphql",
        data=body,
        headers={"Content-Type": "application/json", "Origin": visitor.house.own, "Sec-Fetch-Site": "same-origin"},
    )
    found = answer.json()["data"]["relationship"]["history"]
    return [event for event in found if event["type"] != "match_made"]


def types(visitor: Visitor, contact: str) -> list[str]:
    return sorted(event["type"] for event in history(visitor, contact))


def recorded(visitor: Visitor, contact: str, number: int) -> list[str]:
    """The types of what is recorded, once there are so many events, or no more come."""
    until = time.monotonic() + 10
    while len(found := types(visitor, contact)) < number and time.monotonic() < until:
        visitor.page.wait_for_timeout(50)
    return found


def chip(page: Page | Locator, text: str) -> None:
    page.locator(".chip", has_text=text).first.click()


def send(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Record", exact=True).click()
