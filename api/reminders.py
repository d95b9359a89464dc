"""How a member who looks after contacts is reminded of what asks for a look: by mail, and in a calendar of their own. Each sets it for
themselves, and nobody for anybody else.
"""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.arguments import given
from api.context import Context, Info, thread
from api.fields import field
from api.scalars import DateTime, Language, Weekday
from domain.model import reminders as model
from domain.model.errors import Language as Tongue
from domain.model.errors import Refusal, Refused, bad
from domain.model.time import SECOND, rfc3339
from domain.store.accesses import viewer
from domain.store.ring import ORGANISATION

WEEK = list(Weekday)


@strawberry.type(description="The mail that somebody asked for.")
class Digest:
    address: str = field("Where it goes.")
    weekday: Weekday | None = field("On which day of the week it goes out; none where it does every day.")
    language: Language = field("In which language.")


@strawberry.type(description="How you are reminded of what asks for a look.")
class Reminders:
    mail: bool = field("Whether this platform sends mail.")
    digest: Digest | None = field("The mail that you asked for, where something asks for a look; none where you did not.")
    calendar: DateTime | None = field("Since when your calendar has the address that it has; none where it has none.")


@strawberry.type(description="The address of a calendar: told this once. Whoever has it sees what is when, in which initiative.")
class CalendarAddress:
    path: str = field("Behind the platform's address, it is what a calendar subscribes to; with `?language=nl` in Dutch.")


Address = Annotated[str, strawberry.argument(description="Your mail address.")]
OnWeekday = Annotated[
    Weekday | None, strawberry.argument(description="On which day of the week; without it, every day. In the morning, where you are.")
]
InLanguage = Annotated[Language, strawberry.argument(description="In which language.")]


async def reminders(info: Info) -> Reminders:
    return await thread(_shown, info.context)


async def remind_by_mail(info: Info, address: Address, language: InLanguage, weekday: OnWeekday = UNSET) -> Reminders:
    return await thread(_chosen, info.context, address, given(weekday), language)


async def stop_mail(info: Info) -> Reminders:
    return await thread(_stopped, info.context)


async def renew_calendar(info: Info) -> CalendarAddress:
    return await thread(_renewed, info.context)


async def end_calendar(info: Info) -> bool:
    return await thread(_ended, info.context)


def _member(context: Context) -> str:
    """Who is to be reminded. Raises `Refused` for whoever looks after nothing, or is nobody in particular."""
    for right in ("open", "record"):
        context.scope.need(right)
    if context.token.member is None:
        raise Refused(Refusal("FORBIDDEN", "reminded_members"))
    return context.token.member


def _shown(context: Context) -> Reminders:
    member, organisation = _member(context), context.organisation
    digest, calendar = organisation.reminders.of(member), organisation.tokens.calendar_of(member)
    return Reminders(
        mail=organisation.mail is not None,
        digest=None if digest is None else _digest(digest),
        calendar=None if calendar is None else DateTime(rfc3339(calendar.created // SECOND * SECOND)),
    )


def _digest(digest: model.Digest) -> Digest:
    weekday = None if digest.weekday == model.DAILY else WEEK[digest.weekday - 1]
    return Digest(address=digest.address, weekday=weekday, language=Language[digest.language.upper()])


def _chosen(context: Context, address: str, weekday: Weekday | None, language: Language) -> Reminders:
    member = _member(context)
    if context.organisation.mail is None:
        raise bad("mail_none")
    tongue: Tongue = "nl" if language is Language.NL else "en"
    number = model.DAILY if weekday is None else WEEK.index(weekday) + 1
    context.organisation.reminders.choose(member, model.Digest(model.check_address(address), number, tongue), viewer())
    return _shown(context)


def _stopped(context: Context) -> Reminders:
    context.organisation.reminders.stop(_member(context), viewer())
    return _shown(context)


def _renewed(context: Context) -> CalendarAddress:
    member, organisation, token = _member(context), context.organisation, context.token
    # What its entries are called rests on it.
    organisation.store.keys.create([ORGANISATION])
    organisation.store.accesses.change(viewer(), f"member/{member}", "calendar_made")
    return CalendarAddress(path=f"/calendar/{organisation.tokens.renew_calendar(token.role, token.reach, member)}.ics")


def _ended(context: Context) -> bool:
    member, organisation = _member(context), context.organisation
    organisation.store.accesses.change(viewer(), f"member/{member}", "calendar_ended")
    return organisation.tokens.end_calendar(member)
