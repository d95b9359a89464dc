"""A house of research in the browser: contacts in four initiatives, projects of all, some and few of them, and what a researcher does on
their page."""

from typing import Any

from playwright.sync_api import Locator, Page, expect
from research_house import began, contact, over, somebody
from sent_lines import line
from web_house import Visitor, WebHouse

from domain.model.roles import Reach
from domain.store.accesses import Viewer

WHO = Viewer("command-line/jansen", "operator")
HOMES = {
    "walks": (7, "buddy", "light", "fixed"),
    "calls": (6, "phone_circle", "light", "indefinite"),
    "odd-jobs": (3, "chores", "intensive", "one_off"),
    "stairs": (3, "residents", "none", "one_off"),
}
"""How many contacts, of two people each, and what the initiative is."""
ALL = 19
TOGETHER, EACH = "How contacts stood, week by week", "Each contact, week by week"
ASKS = {
    TOGETHER: "How do contacts stand, week by week?",
    EACH: "How did each contact go?",
}
"""Under which question each picture of groups stands."""


def fill(web: WebHouse) -> None:
    for home, (count, kind, guidance, meant) in HOMES.items():
        about = {"name": home, "kind": kind, "guidance": guidance, "contact": meant}
        web.record([line(f"{home}-registered", "initiative_registered", f"initiative/{home}", about)])
        for number in range(count):
            giver, receiver = f"{home}-giver-{number}", f"{home}-receiver-{number}"
            web.record([*somebody(giver, "research"), *somebody(receiver, "research")])
            web.record(contact(f"{home}-{number}", giver, receiver, began(number), home))
    web.record([over("walks-0", "2021-08-01")])
    for id, homes in (("study", list(HOMES)), ("three", ["walks", "calls", "odd-jobs"]), ("few", ["odd-jobs"])):
        web.organisation.projects.create(id, "To learn how contacts begin.", WHO, initiatives=homes, until="2021-12-31")


def researcher(web: WebHouse, project: str = "study", **asked: Any) -> Visitor:
    return web.visitor("researcher", "rik", Reach(project=project), **asked)


def opened(page: Page, question: str) -> Locator:
    """A question, with what answers it."""
    region = page.get_by_role("region", name=question)
    region.wait_for()
    if region.locator(":scope > details:not([open])").count():
        region.locator(":scope > details > summary").click()
    expect(region.locator(":scope > details > :not(summary)").first).to_be_attached()
    expect(region.locator("[aria-busy=true]")).to_have_count(0)
    return region


def everything(page: Page) -> None:
    """Every question and every table stands open."""
    for question in page.get_by_role("region").filter(has=page.locator(":scope > details")).all():
        opened(page, question.get_by_role("heading", level=2).inner_text())
    for closed in page.locator("main details:not([open]) > summary").all()[::-1]:
        closed.click()


def picture(page: Page, kind: str, group: str = "all together") -> Locator:
    return opened(page, ASKS[kind]).get_by_role("figure", name=f"{kind}: {group}")


def titles(page: Page, kind: str) -> list[str]:
    found = opened(page, ASKS[kind]).get_by_role("heading", level=3).all_inner_texts()
    return [title.removeprefix(f"{kind}: ") for title in found]


def table(figure: Locator) -> list[list[str]]:
    """A picture as a table."""
    figure.get_by_text("As a table").click()
    expect(figure.locator("tbody tr").first).to_be_visible()
    return [row.locator("th, td").all_inner_texts() for row in figure.locator("tbody tr").all()]


def asked(page: Page, query: str, **variables: Any) -> Any:
    told = page.evaluate(
        """async ([query, variables]) => (await fetch("/graphql", {
          method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({query, variables}),
        })).json()""",
        [query, variables],
    )
    assert "errors" not in told, told
    return told["data"]["research"]
