"""GraphQL over HTTP: the status and the media type say what became of a request, as the convention of that name has it."""

import pytest
from served import Served

NEW = "application/graphql-response+json"
JSON = "application/json"
QUERY = "{ lenses { name } }"


@pytest.mark.parametrize(
    ("accept", "media"),
    [(NEW, NEW), (f"{JSON}, {NEW}", NEW), (JSON, JSON), ("*/*", JSON), ("application/*", JSON), ("", NEW), ("text/html, */*;q=0.1", JSON)],
)
def test_the_answer_has_the_form_that_is_accepted(house: Served, accept: str, media: str) -> None:
    response = house.client.post("/graphql", json={"query": QUERY}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["data"]["lenses"]


@pytest.mark.parametrize(("accept", "status"), [(NEW, 400), (JSON, 200)])
@pytest.mark.parametrize("query", ["{ nope }", "{", "{ a " * 20 + "}" * 20, "query A { lenses { name } } query B { lenses { name } }", ""])
def test_a_query_that_was_not_understood_has_no_data(house: Served, accept: str, status: int, query: str) -> None:
    response = house.client.post("/graphql", json={"query": query}, headers={"Accept": accept})
    assert response.status_code == status
    assert set(response.json()) - {"extensions"} == {"errors"}


@pytest.mark.parametrize("accept", [NEW, JSON])
def test_a_query_that_failed_on_its_way_has_data(house: Served, accept: str) -> None:
    response = house.client.post("/graphql", json={"query": "{ relationships(first: 0) { nodes { id } } }"}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.json()["data"] is None


def test_a_query_may_be_asked_with_get(house: Served) -> None:
    query = "query A($id: ID!) { relationship(id: $id) { id } } query B { lenses { name } }"
    found = house.client.get("/graphql", params={"query": query, "variables": '{"id": "lars"}', "operationName": "A"})
    assert found.json()["data"] == {"relationship": {"id": "lars"}}


def test_nothing_is_recorded_with_get(house: Served) -> None:
    response = house.client.get("/graphql", params={"query": "mutation { recordEvents(events: []) { recorded } }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


def test_an_operation_is_chosen_by_its_name(house: Served) -> None:
    query = 'query A { relationship(id: "lars") { id } } query B { lenses { name } }'
    for name, status in (("A", 200), ("C", 400)):
        asked = {"query": query, "operationName": name, "extensions": {}}
        assert house.client.post("/graphql", json=asked, headers={"Accept": NEW}).status_code == status


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"not json", JSON, 400),
        (b"[]", JSON, 400),
        (b'[{"query": "{ lenses { name } }"}]', JSON, 400),
        (b"{}", JSON, 400),
        (b'{"query": 1}', JSON, 400),
        (b'{"query": "{ lenses { name } }", "variables": []}', JSON, 400),
        (b'{"query": "\xff"}', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b'{"query": "{ lenses { name } }"}', "text/plain", 415),
        (b'{"query": "{ lenses { name } }"}', "application/x-www-form-urlencoded", 415),
        (b'{"query": "{ lenses { name } }", "variables": null}', "application/json; charset=utf-8", 200),
    ],
)
def test_a_request_must_be_one_json_object_with_a_query(house: Served, body: bytes, media: str, status: int) -> None:
    response = house.client.post("/graphql", content=body, headers={"Content-Type": media})
    assert response.status_code == status
    assert status == 200 or response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize("body", [b'[{"query": "{ lenses { name } }"}]', b" \n[]"])
def test_a_list_of_questions_is_refused_as_that(house: Served, body: bytes) -> None:
    response = house.client.post("/graphql", content=body, headers={"Content-Type": JSON})
    assert (response.status_code, "data" in response.json()) == (400, False)
    assert response.json()["errors"][0]["message"].startswith("A request holds one question")
    one = body.strip().removeprefix(b"[").removesuffix(b"]") or b'{"query": "{ lenses { name } }"}'
    assert house.client.post("/graphql", content=one, headers={"Content-Type": JSON}).json()["data"]["lenses"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/graphql", 400),
        ("GET", "/graphql?query={lenses{name}}&variables=no", 400),
        ("PUT", "/graphql", 405),
        ("GET", "/nowhere", 404),
    ],
)
def test_another_address_or_method_is_told_what_to_do(house: Served, method: str, path: str, status: int) -> None:
    response = house.client.request(method, path)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


def test_who_accepts_no_json_is_told(house: Served) -> None:
    response = house.client.post("/graphql", json={"query": QUERY}, headers={"Accept": "text/html"})
    assert response.status_code == 406
