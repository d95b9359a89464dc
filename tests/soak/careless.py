"""The program without its protection, so that a soak can show that it would see it: `python -m soak.careless CLOCK VERB…`.

It acknowledges what is sent over HTTP before it is recorded. What becomes of a checkpoint in a transaction of its own is in `test_kills`.
"""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import api.feed
import tussenruimte
from domain.model.errors import Refused
from domain.store.tokens import Token
from soak.clock import SharedClock

held: list[tuple[tussenruimte.Organisation, Token, list[bytes]]] = []
guard = threading.Lock()
take = api.feed.take


def acknowledge(organisation: tussenruimte.Organisation, token: Token, events: list[bytes]) -> dict[str, Any]:
    """The batch is acknowledged, and recorded when the next one comes: whenever the process is killed, one is lost."""
    with guard:
        held.append((organisation, token, events))
        earlier = held.pop(0) if len(held) > 1 else None
    if earlier is not None:
        # What rests on one that was lost is refused, and nobody hears of it.
        with suppress(Refused):
            take(*earlier)
    return {"recorded": len(events), "already": 0}


if __name__ == "__main__":
    tussenruimte.clock = SharedClock(Path(sys.argv.pop(1)))
    api.feed.take = acknowledge  # type: ignore[assignment]
    tussenruimte.main()
