"""One loop in a thread of its own: stands by until it leads, then takes step after step.

Where the place gives trouble (a server that is gone, a full disk) the lead is given back and all is tried again, a little later each time.
What nobody foresaw ends the thread.
"""

import logging
import random
import threading
from collections.abc import Callable

from domain.store.database import Database, Lead
from domain.store.trouble import TROUBLE, warn
from projections.telemetry.metrics import LEADS
from workers.loops import Loop

PAUSE_SECONDS = 1.0
"""From a step that found nothing to do to the next, and from one look at whether the lead is free to the next."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0

logger = logging.getLogger(__name__)


class Shift(threading.Thread):
    """`ended` is called when it ends, for whatever reason."""

    def __init__(self, name: str, loop: Loop, database: Database, ended: Callable[[], None]) -> None:
        # Whoever hangs at a server that does not answer must not keep the process from ending.
        super().__init__(name=name, daemon=True)
        self._loop = loop
        self._database = database
        self._ended = ended
        self._ending = False
        self._bell = threading.Event()
        self._wait = 0.0

    def wake(self) -> None:
        """There may be something to do."""
        self._bell.set()

    def end(self) -> None:
        """After the step that it takes."""
        self._ending = True
        self._bell.set()

    def run(self) -> None:
        try:
            while not self._ending:
                LEADS.labels(self.name).set(0)
                try:
                    with self._database.lead(self.name) as lead:
                        self._stand(lead)
                except TROUBLE as error:
                    LEADS.labels(self.name).set(0)
                    self._fail(error)
        finally:
            LEADS.labels(self.name).set(0)
            self._ended()

    def _stand(self, lead: Lead) -> None:
        leads = False
        while not self._ending:
            holds = lead.holds()
            LEADS.labels(self.name).set(holds)
            if holds and not leads:
                logger.info("%s leads", self.name)
                leads = True
            more = holds and self._loop.step()
            self._succeed()
            if not more:
                self._pause(PAUSE_SECONDS)

    def _pause(self, seconds: float) -> None:
        self._bell.wait(seconds)
        self._bell.clear()

    def _fail(self, error: BaseException) -> None:
        if not self._wait:
            warn(logger, f"{self.name} does not go, and is tried again", error)
        self._wait = min(max(2 * self._wait, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        self._pause(random.uniform(self._wait / 2, self._wait))

    def _succeed(self) -> None:
        if self._wait:
            logger.warning("%s goes again", self.name)
        self._wait = 0.0
