"""Every event, field and closed word of the catalogue: the code has exactly those, takes each of them and refuses another."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from catalogue_as_written import (
    AFTER_THE_END,
    CLOSING,
    FIELDS,
    KNOWN_SIDES,
    METHODS,
    NO_HANDLES,
    NOTES,
    STREAMS,
    VIEW_ALLOWED,
    VIEW_NEEDED,
    WHOLE,
)
from given import Given, event
from msgspec import inspect

from domain.model import words
from domain.model.catalogue import CATALOGUE

Path = tuple[str | int, ...]
WRONG: dict[str, list[Any]] = {
    "id": [5, "", "a b", "é", "a/b", "x" * 129, "a\n"],
    "handle": [5, "", "a b", "x" * 129],
    "short": [5, "x" * 41],
    "text": [5, "x" * 10_001],
    "name": [5],
    "party": [5],
    "number": ["7", True, -1],
    "degree": ["1", True, 1.01, -0.01],
    "bool": ["yes", 1],
    "day": [5, "2021", "2021-02-30", "2021-1-1", "2021-11-04T00:00:00Z", "2021-11-04~"],
    "date": [5, "yesterday", "2021-13", "../2021"],
    "place": [5, "church", "home:", "home", "home:a b"],
    "answers": [5, [1], {"q": "3"}, {"q": None}, {"q": True}],
    "object": [5, "x", []],
    "data": [5, "x", []],
}


def forms(form: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every field within a form with its path; `0` stands for the first of a list."""
    if isinstance(form, list):
        return [(path, "list"), *forms(form[0], (*path, 0))]
    if isinstance(form, dict):
        inner = [found for name, part in form.items() for found in forms(part, (*path, name.removesuffix("?")))]
        return [(path, "object"), *inner]
    return [(path, form)]


def dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


PLACES = [
    (name, path, form)
    for name, fields in FIELDS.items()
    if name in WHOLE
    for path, form in forms({**fields, "notes?": NOTES})
    if path and form != "out"
]
CLOSED = [(name, path, form.split("|")) for name, path, form in PLACES if "|" in form]


def put(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The data with another value at a path."""
    whole: Any = deepcopy(data)
    inside = whole
    for step in path[:-1]:
        inside = inside[step]
    if isinstance(inside, list):
        inside[0:1] = [value]
    else:
        inside[path[-1]] = value
    return dict(whole)


def held(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def at_path(name: str, path: Path) -> Any:
    """What the code's own class says may stand at a path."""
    kind: Any = inspect.type_info(CATALOGUE[name].data)
    for step in path:
        kind = next(part for part in parts(kind) if isinstance(part, inspect.StructType | inspect.VarTupleType | inspect.TupleType))
        if isinstance(kind, inspect.StructType):
            kind = next(field.type for field in kind.fields if field.encode_name == step)
        else:
            kind = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind.item_types[0]
    return kind


def parts(kind: inspect.Type) -> list[inspect.Type]:
    return [part for one in kind.types for part in parts(one)] if isinstance(kind, inspect.UnionType) else [kind]


def test_the_catalogue_has_exactly_the_events_of_the_document() -> None:
    assert sorted(CATALOGUE) == sorted(FIELDS)


def test_every_event_but_the_platforms_own_is_tried_here() -> None:
    assert set(FIELDS) - set(WHOLE) == {"participant_erased"}


@pytest.mark.parametrize("name", FIELDS)
def test_an_event_has_the_type_of_its_name_and_the_streams_of_the_document(name: str) -> None:
    kind = CATALOGUE[name]
    assert kind.type == f"tussenruimte.{name}.v1"
    assert set(kind.streams) == set(STREAMS[name])


@pytest.mark.parametrize("name", FIELDS)
def test_an_event_has_exactly_the_fields_of_the_document(name: str) -> None:
    written = {field.removesuffix("?"): not field.endswith("?") for field in (*FIELDS[name], "notes?")}
    assert {field.encode_name: field.required for field in msgspec.structs.fields(CATALOGUE[name].data)} == written


@pytest.mark.parametrize(("name", "path", "allowed"), CLOSED, ids=[f"{name}.{dotted(path)}" for name, path, _ in CLOSED])
def test_a_closed_list_has_exactly_the_words_of_the_document(name: str, path: Path, allowed: list[str]) -> None:
    found = [part.values for part in parts(at_path(name, path)) if isinstance(part, inspect.LiteralType)]
    assert [sorted(map(str, values)) for values in found] == [sorted(allowed)]


def test_whose_view_and_what_may_follow_the_end_are_those_of_the_document() -> None:
    kinds = CATALOGUE.values()
    assert {kind.name for kind in kinds if kind.view == "needed"} == set(VIEW_NEEDED)
    assert {kind.name for kind in kinds if kind.view == "allowed"} == set(VIEW_ALLOWED)
    assert {kind.name for kind in kinds if kind.after_end} == set(AFTER_THE_END)
    assert {kind.name for kind in kinds if kind.closes} == set(CLOSING)
    assert {kind.name: kind.own for kind in kinds if kind.own} == {
        "roles_reversed": "reversal",
        "boundary_agreed": "agreement",
        "left_open": "opening",
        "tension_felt": "tension",
    }


def test_the_known_roles_and_the_words_that_are_no_handles_are_those_of_the_document() -> None:
    assert words.KNOWN_ROLES == KNOWN_SIDES
    assert set(NO_HANDLES) == words.NO_HANDLES


@pytest.mark.parametrize("name", WHOLE)
def test_an_event_with_every_field_filled_in_is_taken(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    given(*before).when(whole).then_taken()


@pytest.mark.parametrize("name", WHOLE)
def test_an_event_with_no_more_than_it_needs_is_taken(name: str, given: Given) -> None:
    before, whole = WHOLE[name]
    least = {field: whole["data"][field] for field in FIELDS[name] if not field.endswith("?")}
    given(*before).when({**whole, "data": least}).then_taken()


def needed(form: Any, path: Path = ()) -> list[Path]:
    """The fields within a form that are no longer optional once what they stand in is given."""
    if isinstance(form, list):
        return needed(form[0], (*path, 0))
    if not isinstance(form, dict):
        return []
    own = [(*path, name) for name in form if not name.endswith("?")]
    return own + [found for name, part in form.items() for found in needed(part, (*path, name.removesuffix("?")))]


NEEDED = [(name, path) for name in WHOLE for path in needed({**FIELDS[name], "notes?": NOTES})]


@pytest.mark.parametrize(("name", "path"), NEEDED, ids=[f"{name}.{dotted(path)}" for name, path in NEEDED])
def test_a_field_that_is_needed_cannot_be_left_out(name: str, path: Path, given: Given) -> None:
    before, whole = WHOLE[name]
    data = deepcopy(whole["data"])
    del held(data, path[:-1])[path[-1]]
    refusal = given(*before).when({**whole, "data": data}).then_refused("missing_field", f"data.{dotted(path)}", "BAD_INPUT")
    assert str(path[-1]) in refusal.text()


OBJECTS = [(name, path) for name, path, form in PLACES if form == "object" and name != "lens_published"]


@pytest.mark.parametrize(("name", "path"), [*OBJECTS, *((name, ()) for name in WHOLE)])
def test_a_field_that_is_not_in_the_document_is_refused(name: str, path: Path, given: Given) -> None:
    before, whole = WHOLE[name]
    given(*before).when({**whole, "data": put(whole["data"], (*path, "colour"), "red")}).then_refused("unknown_field", code="BAD_INPUT")


@pytest.mark.parametrize(
    ("name", "path", "word"),
    [(name, path, word) for name, path, allowed in CLOSED for word in allowed],
    ids=[f"{name}.{dotted(path)}={word}" for name, path, allowed in CLOSED for word in allowed],
)
def test_every_word_of_a_closed_list_is_taken(name: str, path: Path, word: str, given: Given) -> None:
    before, whole = WHOLE[name]
    data = put(whole["data"], path, word)
    if path == ("term", "kind") and word != "fixed":
        del data["term"]["until"]
    if name == "consent_withdrawn":
        before = [event("consent_given", "participant/person-a", {"scope": word}, "2021-01-01")] if path == ("scope",) else before
    stored = given(*before).when({**whole, "data": data}).then_taken().events(whole["subject"])[-1]
    assert held(msgspec.to_builtins(stored.data), path) == word


@pytest.mark.parametrize(("name", "path", "allowed"), CLOSED, ids=[f"{name}.{dotted(path)}" for name, path, _ in CLOSED])
def test_another_word_is_refused_and_the_refusal_tells_the_words(name: str, path: Path, allowed: list[str], given: Given) -> None:
    before, whole = WHOLE[name]
    scene = given(*before)
    refusal = scene.when({**whole, "data": put(whole["data"], path, "colour")}).then_refused(
        "wrong_word", f"data.{dotted(path)}", "BAD_INPUT"
    )
    assert all(word in refusal.text("nl") for word in allowed)
    for wrong in (allowed[0].upper(), f"{allowed[0]} ", "", 5, [allowed[0]]):
        assert scene.when({**whole, "data": put(whole["data"], path, wrong)}).then_some_refusal().code == "BAD_INPUT"


SHAPES = [(name, path, form) for name, path, form in PLACES if "|" not in form]


@pytest.mark.parametrize(("name", "path", "form"), SHAPES, ids=[f"{name}.{dotted(path)}" for name, path, _ in SHAPES])
def test_a_value_of_another_form_is_refused(name: str, path: Path, form: str, given: Given) -> None:
    before, whole = WHOLE[name]
    scene = given(*before)
    for wrong in WRONG.get(form, [5, "x", {"0": "a"}]):
        refusal = scene.when({**whole, "data": put(whole["data"], path, wrong)}).then_some_refusal()
        assert refusal.code == "BAD_INPUT", (wrong, refusal)
        assert refusal.field is not None


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_taken(method: str, given: Given) -> None:
    before, whole = WHOLE["meeting_held"]
    stored = given(*before).when({**whole, "method": method}).then_taken().events()[-1]
    assert stored.method == method


def test_another_method_is_refused(given: Given) -> None:
    before, whole = WHOLE["meeting_held"]
    given(*before).when({**whole, "method": "hearsay"}).then_refused("wrong_word", "method", "BAD_INPUT")
