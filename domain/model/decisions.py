"""What must hold for an event to happen in a relationship, one sentence of the catalogue after another.

`decide` looks at the relationship as it stood and raises `Refused`, or passes. It asks nothing of the clock or of other
streams; those rules stand in `domain.model.judgement`.
"""

from collections.abc import Callable, Iterable

from domain.model.errors import NAMED_STREAMS, broken
from domain.model.event import Event
from domain.model.events import NewMember, Unread, Unvoiced
from domain.model.relationship import Relationship
from domain.model.time import day
from domain.model.words import MEMBER_LIMIT, NO_HANDLES, STANDING_LIMIT

WHO = ("coordinator", "group", "family")
ANSWERABLE = ("not_asked", "left_open", "winding_down")


def decide(state: Relationship, event: Event) -> None:
    """Raise `Refused` where the event may not happen in the relationship as it stands."""
    kind = event.kind
    if kind.opens:
        if state.began is not None:
            raise broken("begun_already", "type", kind=NAMED_STREAMS["relationship"], id=state.id)
    elif state.began is None or event.at < state.began:
        raise broken("not_begun", "occurred", kind=NAMED_STREAMS["relationship"], id=state.id)
    elif state.ended and not kind.after_end:
        raise broken("ended", "occurred")
    decide_telling(state, event)
    if not isinstance(event.data, Unvoiced):
        rule = _RULES.get(kind.name)
        if rule is not None:
            rule(state, event)
    if kind.own is not None and state.standing >= STANDING_LIMIT:
        raise broken("too_much_stands", f"data.{kind.own}", limit=STANDING_LIMIT)


def decide_telling(state: Relationship, event: Event) -> None:
    """Whose view it is, who tells it and who recorded it: members then or before, or those who need not be."""
    if event.perspective is not None or event.toldby is not None:
        _view(state, event)
    if event.recordedby is not None and event.recordedby.startswith("member/") and not event.kind.opens:
        ever_member(state, event.recordedby.removeprefix("member/"), "recordedby")


def decide_notes(before: Relationship, after: Relationship, event: Event) -> None:
    """A text is about members: those of before the event or of after it (who joins, who leaves)."""
    if isinstance(event.data, Unvoiced):
        return
    for number, note in enumerate(event.data.notes):
        for handle in note.about:
            if not (before.present(handle) or after.present(handle)):
                raise broken("not_member", f"data.notes[{number}].about", handle=handle)


def ever_member(state: Relationship, handle: str, field: str) -> None:
    if handle not in state.members:
        raise broken("never_member", field, handle=handle)


def _member(state: Relationship, handle: str, field: str) -> None:
    if not state.present(handle):
        raise broken("not_member", field, handle=handle)


def _all_members(state: Relationship, handles: Iterable[str], field: str) -> None:
    for number, handle in enumerate(handles):
        _member(state, handle, f"{field}[{number}]")


def _who(state: Relationship, handle: str | None, field: str, allowed: tuple[str, ...] = WHO) -> None:
    if handle is not None and handle not in allowed and not state.present(handle):
        raise broken("who", field, handle=handle, allowed=allowed)


def _view(state: Relationship, event: Event) -> None:
    holder = event.perspective
    if holder is not None and holder not in ("group", "coordinator", "observer"):
        ever_member(state, holder, "perspective")
    teller = event.toldby
    if teller is not None:
        if teller == holder:
            raise broken("told_by_holder", "toldby")
        if teller not in ("coordinator", "observer"):
            if teller in NO_HANDLES:
                raise broken("told_by", "toldby")
            ever_member(state, teller, "toldby")


def _opening(state: Relationship, event: Event) -> None:
    data = event.data
    members: tuple[NewMember, ...] = data.members
    if event.kind.name == "match_made":
        if len(members) < 2:
            raise broken("two_members", "data.members")
        if data.term is not None:
            fixed, until = data.term.kind == "fixed", data.term.until
            if fixed and (until is None or day(until) <= event.at):
                raise broken("fixed_until", "data.term.until")
            if not fixed and until is not None:
                raise broken("until_fixed_only", "data.term.until")
    elif not members and not data.open_to_all:
        raise broken("some_member", "data.members")
    handles: set[str] = set()
    people: set[str] = set()
    for number, member in enumerate(members):
        field = f"data.members[{number}]"
        if member.handle in handles:
            raise broken("handle_twice", f"{field}.handle", handle=member.handle)
        if isinstance(member.participant, str):
            if member.participant in people:
                raise broken("participant_twice", f"{field}.participant")
            people.add(member.participant)
        handles.add(member.handle)
        _newcomer(state, member.handle, member.roles, field)
    if event.recordedby is not None and event.recordedby.startswith("member/"):
        handle = event.recordedby.removeprefix("member/")
        if handle not in handles:
            raise broken("never_member", "recordedby", handle=handle)


def _newcomer(state: Relationship, handle: str, roles: tuple[str, ...], field: str) -> None:
    if handle in NO_HANDLES:
        raise broken("reserved_handle", f"{field}.handle", handle=handle)
    for number, role in enumerate(roles):
        _role(state, role, f"{field}.roles[{number}]")
        if role in roles[:number]:
            raise broken("role_twice", f"{field}.roles[{number}]", role=role)


def _role(state: Relationship, role: str, field: str) -> None:
    if role not in state.sides:
        raise broken("role_unknown", field, role=role)


def _joining(state: Relationship, event: Event) -> None:
    data = event.data
    _newcomer(state, data.handle, data.roles, "data")
    if state.present(data.handle):
        raise broken("member_already", "data.handle", handle=data.handle)
    former = state.members.get(data.handle)
    if former is not None and not isinstance(data.participant, Unread) and former.participant != data.participant:
        raise broken("handle_taken", "data.handle", handle=data.handle)
    for handle, member in state.members.items():
        if handle != data.handle and isinstance(data.participant, str) and member.participant == data.participant:
            raise broken("handle_kept", "data.handle", handle=handle)
    if sum(member.present for member in state.members.values()) >= MEMBER_LIMIT:
        raise broken("too_many_members", "data.handle", limit=MEMBER_LIMIT)


def _meeting(state: Relationship, event: Event) -> None:
    data = event.data
    present = data.present
    members = state.members
    for number, handle in enumerate(present):
        if (member := members.get(handle)) is None or not member.present:
            raise broken("not_member", f"data.present[{number}]", handle=handle)
        if handle in present[:number]:
            raise broken("present_twice", f"data.present[{number}]", handle=handle)
    if not present and not state.open_to_all:
        raise broken("nobody_present", "data.present")
    if data.initiated_by is not None:
        _who(state, data.initiated_by, "data.initiated_by")
    if data.place is not None and data.place.startswith("home:"):
        _member(state, data.place.removeprefix("home:"), "data.place")
    for number, help in enumerate(data.help):
        for name, handle in (("giver", help.giver), ("receiver", help.receiver)):
            if handle != "group" and handle not in present:
                raise broken("not_present", f"data.help[{number}].{name}", handle=handle)
        if help.giver == help.receiver:
            raise broken("giver_is_receiver", f"data.help[{number}].receiver")
    for number, sharing in enumerate(data.shared):
        if sharing.by != "group" and sharing.by not in present:
            raise broken("not_present", f"data.shared[{number}].by", handle=sharing.by)
        _who(state, sharing.to, f"data.shared[{number}].to", ("group",))


def _missed(state: Relationship, event: Event) -> None:
    _who(state, event.data.cancelled_by, "data.cancelled_by")


def _asked_or_offered(state: Relationship, event: Event) -> None:
    _who(state, event.data.by, "data.by")
    _who(state, event.data.to, "data.to")


def _help_given(state: Relationship, event: Event) -> None:
    _who(state, event.data.giver, "data.giver", ("group",))
    _who(state, event.data.receiver, "data.receiver", ("group",))
    if event.data.giver == event.data.receiver:
        raise broken("giver_is_receiver", "data.receiver")


def _reversing(state: Relationship, event: Event) -> None:
    between = event.data.between
    _all_members(state, between, "data.between")
    if state.own_side(between[0]) == state.own_side(between[1]):
        raise broken("same_side", "data.between")
    for number, handle in enumerate(between):
        if any(handle in pair for pair in state.reversals.values()):
            raise broken("reversed_already", f"data.between[{number}]", handle=handle)


def _restoring(state: Relationship, event: Event) -> None:
    if event.data.reversal not in state.reversals:
        raise broken("reversal_not_open", "data.reversal", id=event.data.reversal)


def _role_taken(state: Relationship, event: Event) -> None:
    data = event.data
    _member(state, data.handle, "data.handle")
    _role(state, data.role, "data.role")
    if data.role in state.members[data.handle].roles:
        raise broken("role_held", "data.role", handle=data.handle, role=data.role)


def _role_laid_down(state: Relationship, event: Event) -> None:
    data = event.data
    _member(state, data.handle, "data.handle")
    if data.role not in state.members[data.handle].roles:
        raise broken("role_not_held", "data.role", handle=data.handle, role=data.role)


def _term_ending(state: Relationship, _: Event) -> None:
    if state.term is None or state.term.ended not in (None, *ANSWERABLE):
        raise broken("no_term", "type")


def _term_extending(state: Relationship, event: Event) -> None:
    term, until = state.term, event.data.until
    if term is None:
        raise broken("no_term_to_extend", "type")
    if until is not None:
        own_until = term.lapses if term.kind == "fixed" and term.lapses is not None else event.at
        if day(until) <= max(event.at, own_until):
            raise broken("until_later", "data.until")


def _agreeing(state: Relationship, event: Event) -> None:
    data = event.data
    for number, party in enumerate(data.parties):
        field = f"data.parties[{number}]"
        if party.startswith("role/"):
            _role(state, party.removeprefix("role/"), field)
        elif party not in ("coordinator", "all") and not state.present(party):
            raise broken("party", field, party=party)
    if len(set(data.parties)) < 2 and "all" not in data.parties:
        raise broken("two_parties", "data.parties")
    if data.replaces is not None and data.replaces not in state.agreements:
        raise broken("agreement_not_in_force", "data.replaces", id=data.replaces)


def _lifting(state: Relationship, event: Event) -> None:
    if event.data.agreement not in state.agreements:
        raise broken("agreement_not_in_force", "data.agreement", id=event.data.agreement)


def _leaving_open(state: Relationship, event: Event) -> None:
    for number, handle in enumerate(event.data.by):
        _who(state, handle, f"data.by[{number}]", ("coordinator", "group", "nobody"))


def _settling(state: Relationship, event: Event) -> None:
    if event.data.opening not in state.openings:
        raise broken("opening_not_open", "data.opening", id=event.data.opening)


def _account(state: Relationship, event: Event) -> None:
    for number, (giver, receiver) in enumerate(event.data.direction):
        for handle in (giver, receiver):
            _who(state, handle, f"data.direction[{number}]", ("group",))
        if giver == receiver:
            raise broken("giver_is_receiver", f"data.direction[{number}]")
        if (giver, receiver) in event.data.direction[:number]:
            raise broken("direction_twice", f"data.direction[{number}]")


def _coding(_: Relationship, event: Event) -> None:
    segment = event.data.segment
    if segment is not None and segment.start >= segment.end:
        raise broken("segment_order", "data.segment.end")


def _easing(state: Relationship, event: Event) -> None:
    if event.data.tension not in state.tensions:
        raise broken("tension_not_felt", "data.tension", id=event.data.tension)


def _room(state: Relationship, event: Event) -> None:
    _who(state, event.data.by, "data.by", ("coordinator",))


def _ending(state: Relationship, event: Event) -> None:
    for number, handle in enumerate(event.data.ended_by):
        _who(state, handle, f"data.ended_by[{number}]", ("coordinator", "family"))


def _resuming(state: Relationship, _: Event) -> None:
    if not state.ended:
        raise broken("not_ended", "type")


_RULES: dict[str, Callable[[Relationship, Event], None]] = {
    "match_made": _opening,
    "contact_emerged": _opening,
    "introduction_held": lambda s, e: _all_members(s, e.data.with_, "data.with"),
    "member_joined": _joining,
    "member_left": lambda s, e: _member(s, e.data.handle, "data.handle"),
    "meeting_held": _meeting,
    "meeting_missed": _missed,
    "help_asked": _asked_or_offered,
    "help_offered": _asked_or_offered,
    "moment_noted": lambda s, e: _all_members(s, e.data.between, "data.between"),
    "help_given": _help_given,
    "roles_reversed": _reversing,
    "roles_restored": _restoring,
    "role_taken": _role_taken,
    "role_laid_down": _role_laid_down,
    "rhythm_changed": lambda s, e: _all_members(s, e.data.agreed_by, "data.agreed_by"),
    "term_ended": _term_ending,
    "term_extended": _term_extending,
    "boundary_agreed": _agreeing,
    "boundary_lifted": _lifting,
    "left_open": _leaving_open,
    "settled": _settling,
    "account_given": _account,
    "account_coded": _coding,
    "tension_eased": _easing,
    "check_in_held": lambda s, e: _all_members(s, e.data.with_, "data.with"),
    "room_made": _room,
    "relationship_ended": _ending,
    "relationship_resumed": _resuming,
}
