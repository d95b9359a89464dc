"""A worker: some loops, each led by one worker of all, until it is told to end."""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue

from projections.telemetry.work import projected
from workers.loops import LOOPS, Organisation
from workers.shift import Shift

GRACE_SECONDS = 10.0
"""For the steps that are being taken when it ends; each is whole, or not there, whenever it is broken off."""

logger = logging.getLogger(__name__)


def work(organisation: Organisation, names: Sequence[str]) -> bool:
    """Work until SIGTERM or Ctrl-C. Whether it ended so, and not because a loop ended by itself."""
    organisation.runner.on_step(projected)
    # Signals and threads may put into such a queue at any moment.
    ends: SimpleQueue[bool] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ends.put(True))
    shifts = [Shift(name, LOOPS[name](organisation), organisation.store.database, lambda: ends.put(False)) for name in names]
    # Through the log, which leaves out what an exception says: it may be of somebody.
    threading.excepthook = lambda died: logger.critical("%s ended by itself", died.thread and died.thread.name, exc_info=died.exc_value)
    for shift in shifts:
        shift.start()
    well = ends.get()
    patience = time.monotonic() + GRACE_SECONDS
    for shift in shifts:
        shift.end()
    for shift in shifts:
        shift.join(max(patience - time.monotonic(), 0.0))
    return well
