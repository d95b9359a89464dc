"""Signed checkpoints, as C2SP tlog-checkpoint has them: so many leaves, this root, said by the log and seen by witnesses.

A checkpoint is a note of three lines. Lines of extension, which the specification allows and advises against, are refused: they would
be signed and proven by nothing.
"""

import base64
import re
from collections.abc import Sequence

from msgspec import Struct

from domain.proofs.errors import Unproven
from domain.proofs.note import COSIGNATURE, PLAIN, Signer, Verifier, decoded, lines_by, open_note, signed
from domain.proofs.tree import EMPTY, HASH

_SIZE = re.compile("0|[1-9][0-9]{0,17}")


class Checkpoint(Struct, frozen=True):
    """The state of a log. The origin is the name of the key that the log signs with."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from the text of its note, whoever signed that. Raises Unproven where it is not exactly three lines."""
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0] or not _SIZE.fullmatch(lines[1]) or lines[3]:
        raise Unproven("a checkpoint is an origin, a size and a root, each on its line")
    found = Checkpoint(lines[0], int(lines[1]), decoded(lines[2]))
    if len(found.root) != HASH or (found.size == 0 and found.root != EMPTY):
        raise Unproven(f"the root is not one of a tree of {found.size} leaves")
    return found


def open_checkpoint(raw: bytes, log: Verifier, witnesses: Sequence[Verifier] = ()) -> tuple[Checkpoint, dict[Verifier, int]]:
    """A checkpoint that the log signed, and which of the witnesses saw it when, in seconds since 1970.

    How many witnesses are enough is for the caller to say. Raises Unproven for all that `open_note` refuses, and for another origin.
    """
    if log.kind != PLAIN or any(key.kind != COSIGNATURE for key in witnesses):
        raise Unproven("a log signs, a witness cosigns: one of the keys is of the other type")
    text, signed_by = open_note(raw, [log, *witnesses])
    if log not in signed_by:
        raise Unproven(f"the checkpoint is not signed by {log.name}")
    found = parse_checkpoint(text)
    if found.origin != log.name:
        raise Unproven(f"the checkpoint is of another log than {log.name}")
    return found, {key: at for key, at in signed_by.items() if at is not None}


def sign_checkpoint(size: int, root: bytes, log: Signer) -> bytes:
    """The state of a log, signed by it. No log signs two states of which one does not lead to the other: see to that before."""
    text = Checkpoint(log.name, size, root).text
    return signed(text, log.sign(text))


def add_cosignatures(kept: bytes, raw: bytes, log: Verifier, witnesses: Sequence[Verifier]) -> tuple[bytes, dict[Verifier, int]]:
    """A kept checkpoint with the lines that witnesses put under another copy of it, and when each of them saw it.

    A line that is there already is not added again. Raises Unproven for all that `open_checkpoint` refuses, and where the two differ.
    """
    checkpoint, seen = open_checkpoint(raw, log, witnesses)
    ours, known = open_checkpoint(kept, log, witnesses)
    if checkpoint != ours:
        raise Unproven("this is another checkpoint")
    return kept + lines_by(raw, seen.keys() - known.keys()).encode(), seen
