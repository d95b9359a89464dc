"""A log with three witnesses, one of its checkpoints, and how both verifiers tell what they find there."""

import hashlib
from types import SimpleNamespace
from typing import Any

from two_verifiers import PLATFORM

from domain.proofs.checkpoint import sign_checkpoint
from domain.proofs.note import PLAIN, Signer

LOG = Signer("tussenruimte.example/buurtmaat", b"l" * 32)
WITNESSES = [Signer(f"witness.example/{number}", bytes([number]) * 32) for number in range(1, 4)]
ROOT = hashlib.sha256(b"root").digest()
NOON = 1_767_614_400
CHECKPOINT = sign_checkpoint(70_000, ROOT, LOG)


def key(verifier: SimpleNamespace, signer: Signer, kind: int = PLAIN) -> Any:
    return verifier.parse_key(signer.verifier(kind).text)


def state(verifier: SimpleNamespace, opened: tuple[Any, ...]) -> tuple[int, bytes, dict[str, int]]:
    """What `open_checkpoint` found, in one form for both."""
    *told, seen = opened
    size, root = (told[0].size, told[0].root) if verifier is PLATFORM else told
    return size, root, {each.name: at for each, at in seen.items()}
