"""What is read from YAML that somebody wrote: small, without anchors, aliases or tags, and refused in words where it does not fit."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
import yaml

from domain.model.errors import Refused

T = TypeVar("T")
MOST_YAML = 65_536
"""Bytes that are read; a lens with every weight named has less than a tenth of that."""


def decoded(text: bytes, type: type[T], refused: Callable[[str], Refused]) -> T:
    """A value of this type. Raises what `refused` makes of what does not fit and, where that is known, at which path (`at `$.name``)."""
    if len(text) > MOST_YAML:
        raise refused(f"it has {len(text)} bytes, and at most {MOST_YAML} are read")
    try:
        # Anchors, which a few lines can make grow without end, and tags, which ask for other values than these.
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
                raise refused("anchors, aliases and tags of YAML are not read")
        return msgspec.yaml.decode(text, type=type)
    except msgspec.ValidationError as error:
        raise refused(str(error)) from None
    except (msgspec.DecodeError, yaml.YAMLError, ValueError) as error:  # The reader of YAML stumbles over dates that do not exist.
        raise refused(" ".join(str(error).split())) from None
