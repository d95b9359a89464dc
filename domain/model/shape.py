"""From a line of JSON to typed data, with refusals that say what is wrong, where, and what can stand there.

msgspec checks types, closed lists and bounds at the speed of C; this module puts its findings in the words of a coordinator.
"""

import re
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Meta

from domain.model.errors import Refused, bad

T = TypeVar("T")
PLAIN_TYPES = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "nothing (null)",
    "bytes": "a text",
}


def decode(decoder: Callable[[Any], T], raw: Any, of: Any, within: str = "") -> T:
    """Run a msgspec decoder. `of` is the type it decodes to, `within` the field that the result stands in.

    Raises `Refused` with BAD_INPUT for whatever does not fit.
    """
    try:
        return decoder(raw)
    except msgspec.ValidationError as error:
        raise explain(str(error), of, within) from None
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise bad("not_utf8", within or None) from None
    except msgspec.DecodeError as error:
        raise bad("not_json", within or None, detail=str(error)) from None
    except RecursionError:
        raise bad("too_deep", within or None) from None


def explain(message: str, of: Any, within: str) -> Refused:
    """Put msgspec's message about a value of type `of` into a refusal."""
    text, _, path = message.partition(" - at `")
    steps = re.findall(r"\.([A-Za-z_]\w*)|\[(\d+|\.\.\.)\]", path.rstrip("`").removeprefix("$"))
    field = within
    for name, index in steps:
        field = f"{field}[{index}]" if index else (f"{field}.{name}" if field else name)
    where = field or None
    if found := re.match(r"Object missing required field `(.*)`", text):
        return bad("missing_field", f"{field}.{found[1]}" if field else found[1], name=found[1])
    if found := re.match(r"Object contains unknown field `(.*)`", text, re.S):
        return bad("unknown_field", f"{field}.{found[1]}" if field else found[1], name=found[1])
    if found := re.match(r"Invalid enum value (.*)", text, re.S):
        return bad("wrong_word", where, value=found[1].strip("'"), allowed=_allowed(of, [name or "0" for name, _ in steps]))
    if found := re.match(r"Expected `(.*?)` matching regex", text):
        return bad("wrong_place" if "home:" in text else "wrong_id", where)
    if found := re.match(r"Expected `(.*?)`, got `(.*?)`", text):
        expected = " or ".join(PLAIN_TYPES.get(word, word) for word in found[1].split(" | ") if word != "null")
        return bad("wrong_type", where, expected=expected, got=PLAIN_TYPES.get(found[2], found[2]))
    if found := re.match(r"Expected `(.*?)` (.*)", text):
        bounds = _bounds(of, [name or "0" for name, _ in steps])
        return bad("wrong_size", where, expected=bounds or f"{PLAIN_TYPES.get(found[1], found[1])} {found[2]}")
    return bad("number" if "out of range" in text else "wrong_form", where, **({} if "out of range" in text else {"expected": text}))


def _allowed(of: Any, path: list[str]) -> list[str]:
    """The words of the closed list that stands at `path` in type `of`."""
    lists = [part for found in _at(of, path) for part in _parts(found) if typing.get_origin(part) is typing.Literal]
    return [word for found in lists for word in typing.get_args(found)]


def _bounds(of: Any, path: list[str]) -> str | None:
    """What a number at `path` may be, where it need not be a whole one: that has bounds of its own, which are not all there is."""
    for found in _at(of, path):
        for part in typing.get_args(found) if typing.get_origin(found) in (typing.Union, types.UnionType) else (found,):
            if typing.get_origin(part) is typing.Annotated and typing.get_args(part)[0] is float:
                meta = typing.get_args(part)[1]
                above = f"> {meta.gt:g}" if meta.gt is not None else f">= {meta.ge:g}"
                return f"a number {above}" + (f" and <= {meta.le:g}" if meta.le is not None else "")
    return None


def _at(of: Any, path: list[str]) -> list[Any]:
    """The types that may stand at `path` in type `of`."""
    if not path:
        return [of]
    found: list[Any] = []
    for part in _parts(of):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            found += [at for field in msgspec.structs.fields(part) if field.encode_name == path[0] for at in _at(field.type, path[1:])]
        elif typing.get_origin(part) is tuple:
            found += _at(typing.get_args(part)[0], path[1:])
    return found


def _parts(of: Any) -> list[Any]:
    origin = typing.get_origin(of)
    if origin is typing.Annotated:
        return _parts(typing.get_args(of)[0])
    if origin in (typing.Union, types.UnionType):
        return [part for member in typing.get_args(of) for part in _parts(member)]
    return [of] if of is not Meta else []
