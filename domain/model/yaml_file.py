"""What is read from YAML that somebody wrote: small, not nested deeply, without anchors, aliases, merges or tags, every key once and every
character one that may stand in a text; and refused in words where it does not fit."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
import yaml

from domain.model.errors import Refused, bad

T = TypeVar("T")
MOST_YAML = 65_536
"""Bytes that are read; a lens with every weight named has less than a tenth of that."""
MOST_NESTED = 20
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, and what terminals take for commands."""
_NOT_READ = "anchors, aliases, merges and tags of YAML are not read"
_PLACE = re.compile(r"(?s)(.*) - at (`key` in )?`\$\.?([^`]*)`")


def decoded(text: bytes, type: type[T], refused: Callable[[str], Refused]) -> T:
    """A value of this type. Raises what `refused` makes of what does not fit and, where that is known, at which path (see `placed`)."""
    if len(text) > MOST_YAML:
        raise refused(f"it has {len(text)} bytes, and at most {MOST_YAML} are read")
    try:
        if strange := _strange(yaml.parse(text, Loader=yaml.SafeLoader)):
            raise refused(strange)
        return msgspec.yaml.decode(text, type=type)
    except msgspec.ValidationError as error:
        raise refused(str(error)) from None
    except (msgspec.DecodeError, yaml.YAMLError, ValueError) as error:  # The reader of YAML stumbles over dates that do not exist.
        raise refused(" ".join(str(error).split())) from None


def placed(message: str) -> tuple[str, str]:
    """What does not fit, and the path at which; none where that is not known."""
    if (found := _PLACE.fullmatch(message)) is None:
        return message, ""
    text, key, path = found.groups()
    return f"a name in it: {text}" if key else text, path


def unfit(rule: str, message: str, field: Callable[[str], str] = lambda path: path) -> Refused:
    """What breaks a rule, in the words of that rule. `field` says where the path of a file stands in what was sent."""
    text, path = placed(message)
    return bad(rule, field(path) or None, detail=f"{path}: {text}" if path else text)


def _strange(events: Iterable[yaml.Event]) -> str | None:
    """What YAML can say and is not read: anchors, which a few lines can make grow without end, tags, which ask for other values than these,
    and of a key that is written twice all but the last."""
    within: list[_Collection] = []
    for event in events:
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
            return _NOT_READ
        if isinstance(event, yaml.CollectionEndEvent):
            within.pop()
            continue
        is_key = bool(within) and within[-1].take()
        if isinstance(event, yaml.ScalarEvent):
            if found := _UNFIT.search(event.value):
                return f"the character U+{ord(found[0]):04X} is none of a text"
            if is_key and event.value == "<<":
                return _NOT_READ
            if is_key and not within[-1].adds(event.value):
                return f"'{event.value[:40]}' is written twice"
        elif isinstance(event, yaml.CollectionStartEvent):
            within.append(_Collection(isinstance(event, yaml.MappingStartEvent)))
            if len(within) > MOST_NESTED:
                return f"it is nested more than {MOST_NESTED} deep"
    return None


class _Collection:
    """A mapping or a list that is being read. In a mapping keys and values come by turns."""

    def __init__(self, is_mapping: bool) -> None:
        self._is_mapping = is_mapping
        self._parts = 0
        self._keys: set[str] = set()

    def take(self) -> bool:
        """Go on to what comes next in it: whether that is a key."""
        self._parts += 1
        return self._is_mapping and self._parts % 2 == 1

    def adds(self, key: str) -> bool:
        """Whether it is new."""
        is_new = key not in self._keys
        self._keys.add(key)
        return is_new
