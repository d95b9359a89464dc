"""The two verifiers under the same names: what the platform believes and what an outsider believes is asked with one and the same test."""

from types import SimpleNamespace
from typing import Any

from domain.proofs import checkpoint, errors, note, standalone, tree

PLATFORM = SimpleNamespace(**vars(tree) | vars(note) | vars(checkpoint) | vars(errors))
STANDALONE = SimpleNamespace(**vars(standalone))


def believed(verifier: SimpleNamespace, name: str, *told: Any) -> bool:
    """Whether it takes what it is told; any exception but its own refusal goes through."""
    try:
        getattr(verifier, name)(*told)
    except verifier.Unproven:
        return False
    return True
