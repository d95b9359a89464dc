"""An auditor follows a history with its corrections, sees who looked, and checks in their own browser that the log was not rewritten."""

import json
import re
from collections.abc import Callable
from typing import Any, get_args

import pytest
from playwright.sync_api import Page, Route, expect
from sent_lines import meeting
from test_access_table import LOOKERS
from web_house import SEEN, SIZES, WebHouse

from api.web_pages import HERE
from domain.proofs.evidence import verify
from domain.store.accesses import ALL_KINDS, CALENDAR, Access, Action, Viewer
from projections.views.accesses import KIND

OF = "audit/petra-maaike"


@pytest.fixture(scope="module")
def audited(web: WebHouse) -> WebHouse:
    web.organisation.log.sign()
    return web


def changed(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """From here on the server lies to this page: `change` is done to each proof that it gives."""

    def answer(route: Route) -> None:
        if "inclusionProof" not in (route.request.post_data or ""):
            route.continue_()
            return
        told = route.fetch()
        said = told.json()
        change(said["data"]["audit"]["inclusionProof"])
        route.fulfill(response=told, body=json.dumps(said))

    page.route("**/graphql", answer)


def checked(page: Page, position: str = "12") -> str:
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=position, exact=True)).first
    row.get_by_role("button").click()
    said = row.get_by_role("status")
    expect(said).to_contain_text("hold", ignore_case=True)
    return said.inner_text()


def test_an_auditor_begins_with_the_log_and_is_told_no_names(audited: WebHouse) -> None:
    page = audited.visitor("auditor", "ada").open("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Accountability")
    expect(page.get_by_text("Signed up to and including event")).to_be_visible()
    page.get_by_role("link", name="petra-maaike").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("petra-maaike")
    expect(page.get_by_text("met: a and b · outdoors · cycling · light").first).to_be_visible()
    assert "Maaike" not in page.inner_text("main").replace("petra-maaike", "")


def first_position(page: Page) -> str:
    return page.get_by_role("rowheader").first.inner_text()


def test_the_proof_of_an_event_is_checked_in_the_browser(audited: WebHouse) -> None:
    page = audited.visitor("auditor", "ada").open(OF)
    assert checked(page, first_position(page)).startswith("Holds: it is in the log of ")


def test_an_event_that_is_not_signed_yet_is_checked_again_once_it_is(audited: WebHouse) -> None:
    audited.record([meeting("met-just-now", "doris-marrit", "2021-06-01")])
    page = audited.visitor("auditor", "ada").open("audit/doris-marrit")
    row = page.get_by_role("row").filter(has_text="1 June 2021")
    row.get_by_role("button").click()
    expect(row.get_by_role("status")).to_contain_text("the rest is signed within a second: ask again in a moment")
    audited.organisation.log.sign()
    row.get_by_role("button").click()
    expect(row.get_by_role("status")).to_contain_text("Holds: it is in the log of ")
    expect(row.get_by_role("button")).to_have_count(0)


LIES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another event": (lambda p: p.update(envelope=p["envelope"].replace("2020", "2019", 1)), "does not fit its leaf"),
    "another place": (lambda p: p.update(position=str(int(p["position"]) + 1)), "does not fit its leaf"),
    "a way cut short": (lambda p: p["proof"].pop(), "way to the root"),
    "another way": (lambda p: p["proof"].__setitem__(0, p["proof"][-1]), "another root"),
    "another checkpoint": (lambda p: p.update(checkpoint=p["checkpoint"].replace("\n\n", "\n \n", 1)), "another log"),
    "another size": (
        lambda p: p.update(checkpoint=p["checkpoint"].replace(f"\n{p['size']}\n", f"\n{int(p['size']) - 1}\n", 1)),
        "signature",
    ),
    "another name": (lambda p: p.update(checkpoint="x" + p["checkpoint"]), "another log"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_proof_that_was_tampered_with_is_seen_to_be(audited: WebHouse, lie: str) -> None:
    page = audited.visitor("auditor", "ada").open(OF)
    change, why = LIES[lie]
    changed(page, change)
    said = checked(page, first_position(page))
    assert said.startswith("Does not hold: ")
    assert why in said


def test_the_bundle_of_a_contact_is_downloaded_and_holds(audited: WebHouse) -> None:
    page = audited.visitor("auditor", "ada").open(OF)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the evidence").click()
    assert download.value.suggested_filename == "evidence.zip"
    verify(download.value.path().read_bytes())


def test_the_history_is_shown_as_it_was_known_and_as_it_had_happened(audited: WebHouse) -> None:
    page = audited.visitor("auditor", "ada").open(OF)
    all = page.get_by_role("button", name="Check no.").count()
    page.get_by_label("Happened up to and including").fill("2020-12-31")
    few = page.get_by_role("button", name="Check no.")
    expect(few).not_to_have_count(all)
    assert few.count() > 0
    page.get_by_label("As known at the end of").fill("2021-01-01")
    expect(page.get_by_text("Nothing was known yet then.")).to_be_visible()
    page.get_by_role("button", name="As it is known now").click()
    expect(few).to_have_count(all)


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        (
            "nl-NL",
            [
                "technisch beheerder exporteerde (alles van de organisatie): namen, notities",
                "kreeg te zien wat erbij kwam: wie erin zitten",
            ],
        ),
        ("en-GB", ["operator exported (all of the organisation): names, notes", "was shown what came in: who is in it"]),
    ],
)
def test_what_somebody_did_who_looked_is_told_in_words(audited: WebHouse, locale: str, told: list[str]) -> None:
    log = audited.organisation.store.accesses
    log.write(Viewer("command-line/jansen", "operator"), [Access("organisation", ("names", "notes"), "export", 0, 9_999)])
    log.write(Viewer("token/desk", "coordinator"), [Access("relationship/monday-table", ("members",), "told", 3, 9)])
    page = audited.visitor("auditor", "ada", locale=locale).open("audit/monday-table")
    rows = [" ".join(row.split()) for row in page.locator("tbody").last.get_by_role("row").all_inner_texts()]
    assert [said for said in told if not any(said in row for row in rows)] == []


def test_whatever_the_log_can_tell_of_a_contact_and_of_whom_has_words() -> None:
    text = "".join((HERE / "words" / f"{name}.js").read_text() for name in ("accesses", "shell"))
    words = set(re.findall(r'^  "([\w.]+)":', text, re.MULTILINE))
    assert {f"action.{action}" for action in get_args(Action)} <= words
    assert {f"seen.{kind}" for kind in (*ALL_KINDS, CALENDAR, KIND)} <= words
    assert {f"role.{role}" for role in LOOKERS} <= words


def test_whoever_looked_stands_there(audited: WebHouse) -> None:
    audited.visitor().open("contact/lars")
    page = audited.visitor("auditor", "ada").open("audit/lars")
    expect(page.get_by_role("cell", name="token/anna").first).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), SEEN)
def test_nothing_keeps_an_auditor_from_using_the_pages(audited: WebHouse, size: str, theme: str) -> None:
    visitor = audited.visitor("auditor", "ada", color_scheme=theme, viewport=SIZES[size])
    for path in ("audit", OF):
        page = visitor.open(path)
        assert visitor.violations() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def test_only_auditors_are_given_the_evidence(audited: WebHouse) -> None:
    visitor = audited.visitor()
    answer = visitor.context.request.get(f"{audited.own}/evidence.zip")
    assert answer.status == 403
    assert audited.visitor("auditor", "ada").context.request.get(f"{audited.own}/evidence.zip?contact=x").status == 400
