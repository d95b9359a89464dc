"""However much is recorded while somebody looks, a page asks for it in a few questions."""

from collections import Counter

import pytest
from playwright.sync_api import Page, Request, expect
from sent_lines import meeting
from web_house import PATIENCE_MS, WebHouse
from web_recorded import pair

BURST, TIMES = 100, 3
QUIET_MS = 3_000


def asked(page: Page) -> Counter[str]:
    """How often each question is asked from here on, while it is looked at."""
    found: Counter[str] = Counter()

    def count(request: Request) -> None:
        if request.url.endswith("/graphql") and request.method == "POST":
            found[request.post_data_json["query"]] += 1

    page.on("request", count)
    return found


def burst(web: WebHouse, contact: str) -> None:
    web.record(meeting(f"{contact}-{number}", contact, "2025-01-01") for number in range(BURST))


def until_quiet(page: Page, questions: Counter[str]) -> None:
    """Until something was asked, and then nothing more for longer than a page rests between two questions."""
    for _ in range(PATIENCE_MS // QUIET_MS):
        before = questions.total()
        page.wait_for_timeout(QUIET_MS)
        if before and questions.total() == before:
            return
    raise AssertionError(f"asked: {questions}")


def test_a_burst_of_events_is_shown_after_a_few_questions(web: WebHouse) -> None:
    contact = pair(web, "burst")
    page = web.visitor().open(f"contact/{contact}")
    questions = asked(page)
    burst(web, contact)
    expect(page.get_by_role("main").locator("li", has_text="met: ")).to_have_count(BURST)
    assert max(questions.values()) <= TIMES, questions


@pytest.mark.parametrize("path", ["initiative/{}-home", "today"])
def test_a_page_of_many_contacts_asks_as_little(web: WebHouse, path: str) -> None:
    contact = pair(web, f"burst-{path.partition('/')[0]}")
    page = web.visitor().open(path.format(contact))
    questions = asked(page)
    burst(web, contact)
    until_quiet(page, questions)
    assert max(questions.values()) <= TIMES, questions
