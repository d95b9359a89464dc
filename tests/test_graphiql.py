"""GraphiQL is served with everything it needs from this host, and each question it begins with is answered."""

import re

import pytest
from live import live
from served import Served, examples
from starlette.testclient import TestClient

from api.graphiql_pages import HERE, QUESTIONS
from domain.model.roles import Reach
from domain.store.accesses import Viewer


def page(house: Served) -> TestClient:
    """A browser, which has no token to give."""
    return TestClient(house.client.app)


def test_the_page_and_all_it_loads_come_from_here_without_a_token(house: Served) -> None:
    browser = page(house)
    found = browser.get("/graphiql")
    assert found.url.path == "/graphiql/"
    assert found.headers["content-type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', found.text)
    assert len(loaded) == 8
    for path in loaded:
        assert "://" not in path
        assert browser.get(f"/graphiql/{path}").status_code == 200
    assert [one["query"] for one in browser.get("/graphiql/questions.json").json()] == [question(name) for name in QUESTIONS]


def test_the_page_may_run_nothing_from_elsewhere_and_stand_in_no_other(house: Served) -> None:
    for path in ("/graphiql/", "/graphiql/page.js", "/graphiql/questions.json"):
        policy = page(house).get(path).headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "..%2f..%2fpyproject.toml", "nothing"])
def test_nothing_else_is_given_out(house: Served, path: str) -> None:
    assert page(house).get(f"/graphiql/{path}").status_code in (401, 404)


def question(name: str) -> str:
    return (HERE / "questions" / f"{name}.graphql").read_text()


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in ("live", "coordinator", "researcher", "dashboard")])
def test_each_question_is_answered_with_something(house: Served, name: str) -> None:
    answer = house.ask(question(name))
    assert all(answer.values())
    assert "[]" not in str(answer).replace("'triggers': []", "")


def test_numbers_are_asked_for_as_a_dashboard_may(house: Served) -> None:
    token = house.organisation.tokens.create("dashboard")
    told = house.answer(question("dashboard"), {"Authorization": f"Bearer {token}"})
    assert "errors" not in told
    assert told["data"]["census"]["fewest"] == 10


def test_trajectories_are_asked_for_as_a_researcher_may(house: Served) -> None:
    if "study" not in {project.id for project in house.organisation.projects.all()}:
        house.organisation.projects.create("study", "To learn.", Viewer("command-line/tester", "operator"))
    token = house.organisation.tokens.create("researcher", reach=Reach(project="study"))
    told = house.answer(question("researcher"), {"Authorization": f"Bearer {token}"})
    assert "errors" not in told
    assert told["data"]["research"]["relationships"]["nodes"]


def test_what_is_recorded_twice_is_recorded_once(empty: Served) -> None:
    empty.record(examples())
    told = [empty.ask(question("coordinator"))["recordMeetingHeld"] for _ in range(2)]
    assert [(one["recorded"], one["already"]) for one in told] == [(1, 0), (0, 1)]


def test_the_live_question_tells_the_moves_there_are(house: Served) -> None:
    with live(house) as client:
        client.subscribe(question("live"))
        assert len(client.until_caught_up()) > 10


def test_the_programs_of_others_stand_with_their_licences() -> None:
    told = (HERE / "vendor" / "LICENSES.md").read_text()
    files = {file.name for file in (HERE / "vendor").iterdir()} - {"LICENSES.md"}
    assert all(file in told for file in files)
    assert told.count("Permission is hereby granted") == told.count("\n## ") == 4
