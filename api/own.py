"""What a participant sees who signed in: what is theirs, who looked at it, and how they leave. See `projections.views.mine`."""

from typing import Annotated

import msgspec
import strawberry
from strawberry import UNSET

from api.accesses import AccessConnection, AfterPlace
from api.arguments import First, place, size
from api.batch import Taken, taken
from api.context import Info, Organisation, thread
from api.fields import field
from api.people import Consent
from api.recording import ErasureResult, erased, withdrawal
from api.scalars import EDTF, JSON, ConsentScope, Side
from domain.store.persons import registrations
from projections.views import answers
from projections.views.accesses import access_page
from projections.views.mine import Contact as Seen
from projections.views.mine import Mine, mine
from projections.views.scope import Scope as Seeing


@strawberry.type(description="A contact that you are in.")
class OwnContact:
    id: strawberry.ID = field("The id of the relationship.")
    initiative: str = field("The name of the initiative it arose in.")
    handle: str = field("How you are called in it.")
    started_on: EDTF = field("When it began.")
    ended_on: EDTF | None = field("When it ended; none while it runs.")
    joined: EDTF = field("Since when you are in it.")
    left: EDTF | None = field("Until when; none while you are.")
    roles: list[str] = field("Your roles, as words of the initiative.")
    side: Side = field("The side you stand on, or stood on when you left.")
    events: list[JSON] = field("What was recorded, in the order of occurring: what all share, and what you said or is about you alone.")


def _contacts(own: strawberry.Parent[Mine]) -> list[Seen]:
    return own.contacts


def _taken_along(own: strawberry.Parent[Mine]) -> JSON:
    return msgspec.to_builtins(own)  # type: ignore[no-any-return]


async def _access_log(own: strawberry.Parent[Mine], info: Info, first: First = 100, after: AfterPlace = UNSET) -> answers.Page:
    return await thread(access_page, info.context.organisation.store, size(first, 100), place(after, "after"), None, own.id)


@strawberry.type(description="What is kept of you.")
class Own:
    id: strawberry.ID = field("Your id here.")
    name: JSON | None = field("Your name.")
    contact: JSON | None = field("How you can be reached.")
    registered_on: EDTF = field("When you were registered.")
    consents: list[Consent] = field("What you consent to and consented to.")
    contacts: list[OwnContact] = field("The contacts you are or were in, the most recent event first.", _contacts)
    everything: JSON = field("All of it, to take along.", _taken_along)
    access_log: AccessConnection = field("Who looked at it, and at your contacts, the latest first.", _access_log)


def own_id(scope: Seeing) -> str:
    """Whose own it is. Raises `Refused` for whoever is no participant."""
    scope.need("own")
    participant = scope.reach.participant
    assert participant is not None, "who sees their own is a participant"
    return participant


async def own(info: Info) -> Mine:
    organisation = info.context.organisation
    return await thread(mine, organisation.store, organisation.questions, own_id(info.context.scope))


Scope = Annotated[ConsentScope, strawberry.argument(description="What you no longer consent to.")]


async def withdraw_mine(info: Info, scope: Scope) -> Taken:
    """Under all ids by which they were registered and consent."""
    return await thread(own_withdrawn, info.context.organisation, scope, own_id(info.context.scope))


def own_withdrawn(organisation: Organisation, scope: ConsentScope, participant: str) -> Taken:
    """A consent of theirs ends now. Raises `Refused`."""
    store = organisation.store
    with organisation.questions.newest() as snapshot:
        people = snapshot.people(registrations(store, snapshot.connection, participant))
    word = scope.value.lower()
    consenting = [id for id, (state, _) in people.items() if word in state.consents] or [participant]
    events = [{**withdrawal(store.clock(), id, scope), "recordedby": f"participant/{id}"} for id in consenting]
    return taken(organisation, list(map(msgspec.json.encode, events)), f"participant/{participant}", keep=True)


async def erase_mine(info: Info) -> ErasureResult:
    return await thread(own_erased, info.context.organisation, own_id(info.context.scope))


def own_erased(organisation: Organisation, participant: str) -> ErasureResult:
    """They are erased, as far as that goes now."""
    return erased(organisation.erasing, participant)
