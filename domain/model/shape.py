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

from domain.model.errors import Refused, Words, bad

T = TypeVar("T")
PLAIN_TYPES = {
    "str": Words("a text", "een tekst"),
    "int": Words("a whole number", "een geheel getal"),
    "float": Words("a number", "een getal"),
    "bool": Words("true or false", "waar of onwaar (true of false)"),
    "object": Words("an object", "een object"),
    "array": Words("a list", "een lijst"),
    "null": Words("nothing (null)", "niets (null)"),
    "bytes": Words("a text", "een tekst"),
}
BETWEEN = (("a number", "and"), ("een getal", "en"))
LENGTHS = {"str": Words("characters", "tekens"), "array": Words("items", "onderdelen")}


def decode(decoder: Callable[[Any], T], raw: Any, of: Any, within: str = "") -> T:
    """Run a msgspec decoder. `of` is the type it decodes to, `within` the field that the result stands in.

    Raises `Refused` with BAD_INPUT for whatever does not fit.
    """
    try:
        return decoder(raw)
    except msgspec.ValidationError as error:
        if isinstance(raw, bytes) and of is not object:
            decode(msgspec.json.decode, raw, object, within)  # What is no JSON at all further on is told as that.
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
        expected = [_plain(word) for word in found[1].split(" | ") if word != "null"]
        either = Words(" or ".join(one.en for one in expected), " of ".join(one.nl for one in expected))
        return bad("wrong_type", where, expected=either, got=_plain(found[2]))
    if found := re.match(r"Expected `(.*?)` (.*)", text):
        bounds = _bounds(of, [name or "0" for name, _ in steps])
        return bad("wrong_size", where, expected=bounds or _sized(found[1], found[2]))
    return bad("number" if "out of range" in text else "wrong_form", where, **({} if "out of range" in text else {"expected": text}))


def _plain(type: str) -> Words:
    return PLAIN_TYPES.get(type, Words(type, type))


def _sized(type: str, bound: str) -> Words:
    """A type with the bound that msgspec tells: `>= 1`, `of length <= 40`, or `of length 2`."""
    plain = _plain(type)
    length = re.fullmatch(r"of length (?:(<=|>=) )?(\d+)", bound)
    if length is None or type not in LENGTHS:
        return Words(f"{plain.en} {bound}", f"{plain.nl} {bound}")
    of, (en, nl) = LENGTHS[type], {"<=": ("at most ", "hoogstens "), ">=": ("at least ", "minstens ")}.get(length[1], ("", ""))
    return Words(f"{plain.en} of {en}{length[2]} {of.en}", f"{plain.nl} van {nl}{length[2]} {of.nl}")


def _allowed(of: Any, path: list[str]) -> list[str]:
    """The words of the closed list that stands at `path` in type `of`."""
    lists = [part for found in _at(of, path) for part in _parts(found) if typing.get_origin(part) is typing.Literal]
    return [word for found in lists for word in typing.get_args(found)]


def _bounds(of: Any, path: list[str]) -> Words | None:
    """The bounds of a number at `path` in words; None where it must be a whole one, of which msgspec tells the bounds itself."""
    for found in _at(of, path):
        for part in typing.get_args(found) if typing.get_origin(found) in (typing.Union, types.UnionType) else (found,):
            if typing.get_origin(part) is typing.Annotated and typing.get_args(part)[0] is float:
                meta = typing.get_args(part)[1]
                above = f"> {meta.gt:g}" if meta.gt is not None else f">= {meta.ge:g}"
                below = f"<= {meta.le:g}" if meta.le is not None else None
                return Words(*(f"{number} {f' {and_} '.join(filter(None, (above, below)))}" for number, and_ in BETWEEN))
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
