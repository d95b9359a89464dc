"""The program without its protection, so that a soak can show that it would see it: `python -m soak.careless CLOCK VERB…`.

It acknowledges what is sent over HTTP before it is recorded. What becomes of a checkpoint in a transaction of its own is in `test_kills`.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import api.feed
import tussenruimte
from domain.store.tokens import Token
from soak.clock import SharedClock

LATE_SECONDS = 0.1
"""Long enough that something waits whenever the process is killed."""
recording = ThreadPoolExecutor(1)
take = api.feed.take


def late(organisation: tussenruimte.Organisation, token: Token, events: list[bytes]) -> None:
    time.sleep(LATE_SECONDS)
    take(organisation, token, events)


def acknowledge(organisation: tussenruimte.Organisation, token: Token, events: list[bytes]) -> dict[str, Any]:
    recording.submit(late, organisation, token, events)
    return {"recorded": len(events), "already": 0}


if __name__ == "__main__":
    tussenruimte.clock = SharedClock(Path(sys.argv.pop(1)))
    api.feed.take = acknowledge  # type: ignore[assignment]
    tussenruimte.main()
