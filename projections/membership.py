"""Who works with an organisation, from an invitation to a leave: the member, the link by which they come in, and the initiatives to which a
coordinator is appointed.

Appointments are events of the initiatives, so that it stays provable who looked after a contact when.
"""

import uuid
from collections.abc import Iterable, Sequence

import msgspec

from domain.model.errors import Refusal, Refused, bad, broken, missing
from domain.model.roles import Reach, Role
from domain.model.time import iso_day, rfc3339
from domain.store.accesses import Viewer
from domain.store.roster import Member, Roster
from domain.store.staging import Line
from domain.store.store import EventStore
from domain.store.tokens import Tokens
from projections.runner import Runner
from projections.views.questions import Questions

SOURCE = "urn:tussenruimte:members"
INVITED_MINUTES = 7 * 24 * 60
"""How long an invitation may lie before it is opened."""


class Membership:
    """The members of one organisation, with what else changes when they come and go."""

    def __init__(self, store: EventStore, roster: Roster, tokens: Tokens, questions: Questions, runner: Runner) -> None:
        self.roster = roster
        self._store = store
        self._tokens = tokens
        self._questions = questions
        self._runner = runner

    def invite(
        self, id: str, role: Role, who: Viewer, recorder: str, initiatives: Sequence[str] = (), project: str | None = None
    ) -> tuple[Member, str]:
        """A new member, and the link by which they come in, told this once. Raises `Refused`; where only an appointment could not be
        recorded, they are a member, and `appoint` and `link` go on."""
        if initiatives and role != "coordinator":
            raise bad("reach_not_given", "initiatives", name="initiatives", role=role)
        self.check_initiatives(initiatives)
        before = set(self.initiatives_of(id)) - set(initiatives)
        if role == "coordinator" and before:
            raise Refused(Refusal("CONFLICT", "appointed_before", "id", {"id": id, "initiatives": sorted(before)}))
        member = self.roster.invite(id, role, who, Reach(project=project))
        self._appoint(self._new(id, initiatives), "coordinator_appointed", who, recorder)
        return member, self._link(member)

    def invite_participant(self, participant: str, who: Viewer) -> tuple[Member, str]:
        """Let a participant look at what is theirs. Raises `Refused` where nobody is registered by that id."""
        if participant not in self._questions.participants([participant], frozenset()):
            raise missing("participant_unknown", "participant", participant=participant)
        if self._store.keys.state(f"participant/{participant}") != "active":
            raise Refused(Refusal("CONFLICT", "participant_gone", "participant", {"participant": participant}))
        already = [one for one in self.roster.all() if one.reach.participant == participant and one.ended is None]
        member = already[0] if already else self.roster.invite_participant(participant, who)
        if already:
            self._store.accesses.change(who, f"member/{member.id}", "link")
        return member, self._link(member)

    def link(self, id: str, who: Viewer) -> str:
        """A new link for a member, told this once. Raises `Refused`."""
        member = self.roster.of(id)
        self._store.accesses.change(who, f"member/{id}", "link")
        return self._link(member)

    def appoint(self, id: str, initiatives: Sequence[str], who: Viewer, recorder: str) -> None:
        """Have a coordinator look after initiatives too; of those that they do already nothing is recorded. Raises `Refused`."""
        self._need_coordinator(id)
        self.check_initiatives(initiatives)
        self._appoint(self._new(id, initiatives), "coordinator_appointed", who, recorder)

    def release(self, id: str, initiatives: Sequence[str], who: Viewer, recorder: str) -> None:
        """Have a coordinator look after initiatives no more. Raises `Refused`, also for one that they do not look after."""
        self._need_coordinator(id)
        if set(initiatives) - set(self.initiatives_of(id)):
            raise broken("not_appointed", "initiatives", coordinator=id)
        self._appoint([(id, initiative) for initiative in dict.fromkeys(initiatives)], "coordinator_released", who, recorder)

    def leaves(self, id: str, who: Viewer, recorder: str) -> None:
        """Have somebody be a member no more. Raises `Refused`, also for the last administrator; where only a release could not be
        recorded, they have left, and it is asked for again."""
        appointed = self.initiatives_of(id)
        # What must not wait is that nothing gives entry any more. Broken off after that, it is asked for again.
        if not (appointed and self.roster.has_left(id)):
            self.roster.leaves(id, who)
        self._appoint([(id, initiative) for initiative in appointed], "coordinator_released", who, recorder)

    def initiatives_of(self, id: str) -> list[str]:
        """The initiatives to which a coordinator is appointed, in order."""
        return self._questions.appointments().get(id, [])

    def _new(self, id: str, initiatives: Iterable[str]) -> list[tuple[str, str]]:
        """Those to which they are not appointed yet."""
        already = self.initiatives_of(id)
        return [(id, initiative) for initiative in dict.fromkeys(initiatives) if initiative not in already]

    def _link(self, member: Member) -> str:
        return self._tokens.made_for(member.role, INVITED_MINUTES, "link", None, member.reach, member.id)

    def _need_coordinator(self, id: str) -> None:
        if self.roster.of(id).role != "coordinator":
            raise bad("not_coordinator", "id", id=id)

    def check_initiatives(self, initiatives: Iterable[str]) -> None:
        """Raises `Refused` where one of them is not there."""
        wanted = list(dict.fromkeys(initiatives))
        for id in set(wanted) - self._questions.initiatives(wanted).keys():
            raise missing("initiative_unknown", "initiatives", id=id)

    def _appoint(self, pairs: Sequence[tuple[str, str]], kind: str, who: Viewer, recorder: str) -> None:
        if not pairs:
            return
        for id in dict(pairs):
            self._store.accesses.change(who, f"member/{id}", "appointed" if kind == "coordinator_appointed" else "released")
        now = self._store.clock()
        lines = [
            (Line("members", number), msgspec.json.encode(self._event(kind, id, home, now))) for number, (id, home) in enumerate(pairs, 1)
        ]
        outcome = self._store.recording.record(lines, recorded_by=recorder)
        for line in outcome.refused:
            raise Refused(line.refusal)
        self._runner.keep_up()

    def _event(self, kind: str, id: str, home: str, now: int) -> dict[str, object]:
        return {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": SOURCE,
            "type": f"tussenruimte.{kind}.v1",
            "subject": f"initiative/{home}",
            "occurred": iso_day(now),
            "time": rfc3339(now),
            "data": {"coordinator": id},
        }
