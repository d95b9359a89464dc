"""The pages of participants and of signing in, in a real browser: they look like the web app, in which a script is there or not."""

import re

import pytest
from playwright.sync_api import expect
from web_house import SEEN_IN, SIZES, Visitor, WebHouse

from domain.model.roles import Reach
from domain.store.accesses import Viewer

PETRA = Reach(participant="petra-maaike-a")


def participant(web: WebHouse, **asked: object) -> Visitor:
    return web.visitor("participant", "petra", PETRA, **asked)


@pytest.mark.parametrize(("size", "theme", "locale"), SEEN_IN)
def test_nothing_keeps_a_participant_from_using_their_pages(web: WebHouse, theme: str, size: str, locale: str) -> None:
    visitor = participant(web, color_scheme=theme, viewport=SIZES[size], locale=locale)
    page = visitor.page
    for path in ("sign-in", "own", "own/looked?before=999999", "own/leave?what=record", "own/leave?what=everything"):
        page.goto(f"{web.own}/{path}")
        assert visitor.violations() == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    visitor.context.clear_cookies()
    page.goto(f"{web.own}/sign-in")
    assert visitor.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


@pytest.mark.parametrize(("locale", "until"), [("nl-NL", r"tot uiterlijk .* om (\d\d):(\d\d)\."), ("en-GB", r"until .* at (\d\d):(\d\d)")])
def test_until_when_somebody_is_signed_in_is_told_in_the_time_zone_of_the_organisation(web: WebHouse, locale: str, until: str) -> None:
    visitor, told = participant(web, locale=locale), []
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Amsterdam"):
        web.organisation.settings.choose_time_zone(zone, Viewer("member/ada", "administrator"))
        visitor.page.goto(f"{web.own}/sign-in")
        found = re.search(until, visitor.page.inner_text("main"))
        assert found is not None
        told.append((int(found[1]), found[2]))
    (east, minute), (west, same), (_, here) = told
    assert (east - west) % 24 == 0, "a day apart"
    assert minute == same == here
    assert told[0] != told[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_ones_own_looks_like_the_web_app(web: WebHouse, theme: str) -> None:
    looks = "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.querySelector('h1')).fontSize"
    app = web.visitor(color_scheme=theme).open("contacts").evaluate(looks)
    page = participant(web, color_scheme=theme).page
    for path in ("own", "own/leave?what=record", "sign-in"):
        page.goto(f"{web.own}/{path}")
        assert page.evaluate(looks) == app


def test_without_a_script_somebody_signs_in_withdraws_takes_all_along_and_leaves(web: WebHouse) -> None:
    link = web.organisation.tokens.made_for("participant", 15, "link", "wim", Reach(participant="astrid-janet-a"))
    bare = web.visitor().context.browser.new_context(java_script_enabled=False, locale="en-GB")
    page = bare.new_page()
    page.goto(f"{web.own}/sign-in")
    page.get_by_label("Paste the link that you were given:").fill(link)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="See what is kept of you").click()
    with page.expect_download() as taking:
        page.get_by_role("link", name="Take all of it along").click()
    assert taking.value.suggested_filename == "everything.json"
    page.get_by_role("link", name=re.compile("^Withdraw")).first.click()
    page.get_by_role("button", name="Yes, withdraw it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is done")
    page.get_by_role("link", name="To what is kept of you").click()
    expect(page.get_by_text(re.compile("withdrawn on"))).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    bare.close()


@pytest.mark.parametrize("script", [True, False])
def test_the_other_language_is_chosen_as_in_the_app_without_a_script_too(web: WebHouse, script: bool) -> None:
    (session,) = participant(web).context.cookies()
    bare = web.visitor().context.browser.new_context(java_script_enabled=script, locale="en-GB")
    bare.add_cookies([session])
    page = bare.new_page()
    page.goto(f"{web.own}/own/leave?what=record")
    page.get_by_role("button", name="Nederlands").click()
    expect(page).to_have_url(f"{web.own}/own/leave?what=record")
    expect(page.get_by_role("heading", level=1)).to_have_text("Weet u het zeker?")
    page.goto(f"{web.own}/own")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wat er van u bewaard wordt")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is kept of you")
    bare.close()


def test_a_link_that_was_opened_is_there_still_when_the_other_language_is_chosen(web: WebHouse) -> None:
    page = web.visitor().context.browser.new_context(locale="en-GB").new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto(f"{web.own}/sign-in#tr_not-a-link")
    expect(page.get_by_text("Your link gives entry once.")).to_be_visible()
    page.get_by_role("button", name="Nederlands").click()
    expect(page.get_by_text("Uw link geeft één keer toegang.")).to_be_visible()
    expect(page.locator("#link")).to_have_value("tr_not-a-link")
    expect(page).to_have_url(f"{web.own}/sign-in")
    assert not any("tr_not" in sent.partition("#")[0] for sent in asked)
    page.context.close()


def test_the_page_is_printed_without_what_can_be_pressed(web: WebHouse) -> None:
    page = participant(web).page
    page.goto(f"{web.own}/own")
    expect(page.get_by_role("link", name="Take all of it along")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Take all of it along")).to_be_hidden()
    expect(page.get_by_role("heading", name="Your contacts")).to_be_visible()


def test_whoever_signed_in_is_led_to_their_pages(web: WebHouse) -> None:
    page = web.visitor().page
    page.goto(f"{web.own}/sign-in")
    page.get_by_role("link", name="To the pages").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
