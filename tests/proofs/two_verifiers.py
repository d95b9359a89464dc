"""The two verifiers under the same names: what the platform believes and what an outsider believes is asked with one and the same test.

The platform itself believes nothing of consistency; its place is taken by a second check."""

from types import SimpleNamespace
from typing import Any

import consistency

from domain.proofs import checkpoint, errors, note, standalone, tree

PLATFORM = SimpleNamespace(**vars(tree) | vars(consistency) | vars(note) | vars(checkpoint) | vars(errors))
STANDALONE = SimpleNamespace(**vars(standalone))


def believed(verifier: SimpleNamespace, name: str, *told: Any) -> bool:
    """Whether it takes what it is told; any exception but its own refusal goes through."""
    try:
        getattr(verifier, name)(*told)
    except verifier.Unproven:
        return False
    return True
