"""What a worker does over and over: each loop has a name, by which it is led, and steps, each of which is whole by itself."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from domain.model.errors import Refused
from domain.store.log import Log
from domain.store.reminders import Due, Reminders
from domain.store.store import EventStore
from domain.store.sweeping import Sweeping
from domain.store.turning import Spans, Turning
from projections.erasing import Erasing
from projections.export.letter import letter
from projections.export.mail import Mail, Unsent
from projections.retention import Retention
from projections.runner import Runner
from projections.views.announcements import announce
from projections.views.reminding import Reminding

if TYPE_CHECKING:
    from domain.store.signals import Signals
    from workers.ear import Ear

logger = logging.getLogger(__name__)


class Organisation(Protocol):
    """What the loops need of an opened organisation; `signals` where there is Redis, `mail` where a mail server is set, `spans` for how
    long its keys are used."""

    store: EventStore
    runner: Runner
    erasing: Erasing
    retention: Retention
    spans: Spans
    log: Log
    access_log: Log
    reminders: Reminders
    reminding: Reminding

    @property
    def mail(self) -> Mail | None: ...

    @property
    def signals(self) -> "Signals | None": ...

    def close(self) -> None: ...


class Loop(Protocol):
    """Something that is to be done whenever there is something to do. `woken`: at once, when something is recorded anywhere."""

    woken: bool

    def step(self) -> bool:
        """Do some of it; whether there may be more at once. May be broken off anywhere, and be taken at the same time elsewhere."""
        ...


class Project:
    """Keeps the views up with the events, so that a question finds them there."""

    woken = True

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        self._runner = organisation.runner

    def step(self) -> bool:
        return self._runner.catch_up() > 0


class Watch:
    """Announces the moves that no event brings about, each once when its time has come."""

    woken = False

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        self._organisation = organisation

    def step(self) -> bool:
        looked = announce(self._organisation.store, self._organisation.runner)
        if looked.announced:
            logger.info("%s moves without an event announced", looked.announced)
        return looked.more


class Relay:
    """Sees that Redis holds the newest position, whoever died between recording and announcing it, and whatever Redis has lost."""

    woken = False

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        assert ear is not None
        assert organisation.signals is not None
        self._store = organisation.store
        self._signals = organisation.signals
        self._ear = ear
        self._due = 0

    def step(self) -> bool:
        """Who records announces by themselves, at once. What was recorded before the step before this one should have been heard."""
        if self._ear.heard < self._due:
            self._signals.announce(self._due, again=True)
        with self._store.reading() as connection:
            self._due = self._store.head(connection)
        return False


class Erase:
    """Finishes the erasures that were broken off, and erases whoever is due by the rule that the organisation set."""

    woken = False

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        self._erasing = organisation.erasing
        self._retention = organisation.retention

    def step(self) -> bool:
        self._erasing.go_on()
        due = self._retention.due_now()
        for one in due:
            self._erasing.erase(one.participant)
        return bool(due)


class Epochs:
    """Turns the organisation's key over when that is due, lets old ones die, and sweeps keys that no event came to need."""

    woken = False

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        self._turning = Turning(organisation.store, organisation.spans)
        self._sweeping = Sweeping(organisation.store)

    def step(self) -> bool:
        if self._turning.step():
            return True
        self._sweeping.step()
        return False


class Checkpoint:
    """Signs both logs while something is recorded or looked at: at least once a second, and at every thousand entries."""

    woken = True

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        # Only here, since verbs start faster without.
        from projections.telemetry.metrics import CHECKPOINTS

        self._count = CHECKPOINTS.labels
        self._logs = (organisation.log, organisation.access_log)
        self._whole = set(self._logs)
        self._refused: set[Log] = set()

    def step(self) -> bool:
        """The first time all leaves are hashed anew. What was rewritten underneath, or signed under another name, is not signed, and told
        once: it stays as it is until somebody puts it right, and the other loops go on."""
        for log in self._logs:
            if log.due():
                self._sign(log)
        return False

    def _sign(self, log: Log) -> None:
        try:
            log.sign(log in self._whole)
        except Refused as refused:
            self._count("refused").inc()
            if log not in self._refused:
                logger.error("checkpoint signs nothing more of the %s: %s", log.table.name, refused)
            self._refused.add(log)
            return
        self._count("signed").inc()
        self._whole.discard(log)
        self._refused.discard(log)


class Remind:
    """Sends each member the mail that they asked for, once a day or a week, where something asks for a look."""

    woken = False

    def __init__(self, organisation: Organisation, ear: "Ear | None") -> None:
        # Only here, since verbs start faster without.
        from projections.telemetry.metrics import MAILS

        assert organisation.mail is not None
        self._mail = organisation.mail
        self._count = MAILS.labels
        self._clock = organisation.store.clock
        self._reminders = organisation.reminders
        self._counts = organisation.reminding.counts
        self._failing = False

    def step(self) -> bool:
        """Whoever is next. No address stands in the log, nor who they are."""
        due = self._reminders.take()
        if due is None:
            return False
        if counts := self._counts(due.member.id):
            # To count may have taken long, until the views had caught up.
            if not self._reminders.stands(due):
                return True
            try:
                self._mail.send(letter(self._mail, due, counts, self._clock()), due.digest.address)
            except Unsent as why:
                self._fail(due, why)
                return True
            self._count("sent").inc()
            if self._failing:
                logger.warning("remind goes again")
            self._failing = False
        self._reminders.done(due)
        return True

    def _fail(self, due: Due, why: Unsent) -> None:
        if why.final:
            self._count("refused").inc()
            logger.warning("a mail was refused, and is not sent again: %s", why)
            self._reminders.done(due)
            return
        self._count("deferred").inc()
        if not self._failing:
            logger.warning("mails do not go out, and are tried again: %s", why)
        self._failing = True
        self._reminders.later(due)


LOOPS: dict[str, Callable[[Organisation, "Ear | None"], Loop]] = {
    "project": Project,
    "watch": Watch,
    "relay": Relay,
    "erase": Erase,
    "epochs": Epochs,
    "checkpoint": Checkpoint,
    "remind": Remind,
}
"""By the names under which an operator knows them."""
ON_REDIS, ON_MAIL = ("relay",), ("remind",)
"""Those that have nothing to do without Redis, and without a mail server."""
