"""What can be checked from outside: the signed checkpoints of the log, and the proofs that go with them."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.accesses import AccessConnection, access_log
from api.arguments import given
from api.context import Info, thread
from api.fields import field
from api.scalars import Position
from projections.views import answers, proofs


@strawberry.type(description="That an event is in the log, to be checked against the checkpoint as RFC 9162 says. Hashes are in base64.")
class InclusionProof:
    event: strawberry.ID = field("The id of the event.")
    position: Position = field("Where it stands in the log, from 1; its index in the tree is one less.")
    envelope: str = field("The event as it is stored and hashed: RFC 8785 JSON, sealed content as stored.")
    leaf: str = field("SHA-256 over a zero byte and the envelope.")
    size: Position = field("How many events the checkpoint is over.")
    proof: list[str] = field("The hashes beside the way from the leaf to the root.")
    checkpoint: str = field("The newest checkpoint.")


@strawberry.type(description="That the log of one size begins with the log of another. Hashes are in base64.")
class ConsistencyProof:
    old: Position = field("The smaller size.")
    new: Position = field("The larger size.")
    old_root: str = field("The root at the smaller size, to be compared with that in a checkpoint.")
    new_root: str = field("The root at the larger size, to be compared with that in a checkpoint.")
    proof: list[str] = field("The hashes from which both roots follow; none where the sizes are the same.")


Size = Annotated[Position | None, strawberry.argument(description="The checkpoint of this size; else the newest.")]
Event = Annotated[strawberry.ID, strawberry.argument(description="The event's id.")]
Old = Annotated[Position, strawberry.argument(description="The smaller size.")]
New = Annotated[Position, strawberry.argument(description="The larger size, up to which the log is signed.")]


async def _checkpoint(info: Info, size: Size = UNSET) -> str | None:
    found = await thread(proofs.checkpoint, info.context.organisation.log, given(size))
    return None if found is None else found.checkpoint


async def _verifier(info: Info) -> str:
    return await thread(proofs.verifier, info.context.organisation.log)


async def _inclusion(info: Info, event: Event) -> answers.InclusionProof:
    return await thread(proofs.inclusion, info.context.organisation.log, event)


async def _consistency(info: Info, old: Old, new: New) -> answers.ConsistencyProof:
    return await thread(proofs.consistency, info.context.organisation.log, old, new)


@strawberry.type(description="What can be checked from outside.")
class Audit:
    checkpoint: str | None = field(
        "A signed checkpoint of the organisation's log (C2SP tlog-checkpoint); none before the first.", _checkpoint
    )
    verifier: str = field(
        "The key that its checkpoints are signed with, as C2SP signed-note writes it. Keep it from your first visit.", _verifier
    )
    inclusion_proof: InclusionProof = field("That an event is in the log.", _inclusion)
    consistency_proof: ConsistencyProof = field("That the log was only added to between two sizes.", _consistency)
    access_log: AccessConnection = field(
        "Who looked at personal content, page by page, the latest first. Asking is written there too.", access_log
    )


def audit(info: Info) -> Audit:
    """For auditors."""
    info.context.scope.need("audit")
    return Audit()
