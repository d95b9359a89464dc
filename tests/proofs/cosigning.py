"""What a witness does with any program that knows C2SP's cosignatures: it puts its line under a checkpoint (tlog-cosignature)."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.proofs.note import COSIGNATURE, Signer


def cosigned(raw: bytes, witness: Signer, at: int) -> bytes:
    """A checkpoint with the witness's line added; `at` is in seconds since 1970."""
    return raw + cosignature(raw.decode().partition("\n\n")[0] + "\n", witness, at).encode()


def cosignature(text: str, witness: Signer, at: int) -> str:
    signature = Ed25519PrivateKey.from_private_bytes(witness.secret).sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    line = base64.b64encode(witness.verifier(COSIGNATURE).id + at.to_bytes(8) + signature).decode()
    return f"— {witness.name} {line}\n"
