"""A worker: some loops, each led by one worker of all, until it is told to end."""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue

from domain.store.checks import Unusable
from projections.export.mail import SMTP
from projections.telemetry.work import projected
from workers.ear import Ear
from workers.loops import LOOPS, ON_MAIL, ON_REDIS, Organisation
from workers.shift import Shift

GRACE_SECONDS = 10.0
"""For the steps that are being taken when it ends; each is whole, or not there, whenever it is broken off."""

logger = logging.getLogger(__name__)


def chosen(names: Sequence[str], redis: bool, mail: bool) -> list[str]:
    """The loops that are named, or all that have something to do, with or without Redis and a mail server. Raises `Unusable`."""
    without_redis, without_mail = () if redis else ON_REDIS, () if mail else ON_MAIL
    for name in names:
        if name in without_redis:
            raise Unusable(f"The loop {name} announces over Redis, and none is set. Name one with TUSSENRUIMTE_REDIS_URL.")
        if name in without_mail:
            raise Unusable(f"The loop {name} sends mail, and no mail server is set. Name one with {SMTP}.")
    return list(dict.fromkeys(names)) or [name for name in LOOPS if name not in (*without_redis, *without_mail)]


def once(organisation: Organisation, names: Sequence[str]) -> None:
    """What there is to do now, and no more. Raises what the place raises."""
    for name in names:
        step = LOOPS[name](organisation, None).step
        while step():
            pass


def work(organisation: Organisation, names: Sequence[str]) -> bool:
    """Work until SIGTERM or Ctrl-C. Whether it ended so, and not because something ended by itself."""
    organisation.runner.on_step(projected)
    # Signals and threads may put into such a queue at any moment.
    ends: SimpleQueue[bool] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ends.put(True))
    # Through the log, which leaves out what an exception says: it may be of somebody.
    threading.excepthook = lambda died: logger.critical("%s ended by itself", died.thread and died.thread.name, exc_info=died.exc_value)
    ear = Ear(organisation.signals, lambda: ends.put(False)) if organisation.signals is not None else None
    shifts = []
    for name in names:
        loop = LOOPS[name](organisation, ear)
        shifts.append(Shift(name, loop, organisation.store.database, lambda: ends.put(False)))
        if ear is not None and loop.woken:
            ear.on_heard(shifts[-1].wake)
    for thread in [*shifts, *([ear] if ear is not None else [])]:
        thread.start()
    well = ends.get()
    if well:
        logger.info("told to end")
    patience = time.monotonic() + GRACE_SECONDS
    for shift in shifts:
        shift.end()
    for shift in shifts:
        shift.join(max(patience - time.monotonic(), 0.0))
    if not any(shift.is_alive() for shift in shifts):
        organisation.close()
    return well
