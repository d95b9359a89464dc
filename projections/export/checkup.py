"""What `doctor` looks at, one after another, in an organisation that is open.

The front door opens it, and tells what kept it from being opened.
"""

from collections.abc import Callable
from typing import Protocol

from domain.store.log import Log
from domain.store.store import EventStore
from domain.store.tokens import Tokens
from domain.store.turning import Spans
from projections import soundness
from projections.export.mail import reached
from projections.export.settings import Databases, Settings
from projections.export.sign_in import entry
from projections.retention import Retention
from projections.runner import Runner


class Answers(Protocol):
    """Something elsewhere that may be away."""

    def trouble(self) -> str | None: ...


class Examined(Protocol):
    """What of an opened organisation is looked at; `signals` where there is Redis."""

    store: EventStore
    runner: Runner
    spans: Spans
    retention: Retention
    tokens: Tokens
    log: Log
    access_log: Log

    @property
    def signals(self) -> Answers | None: ...


def findings(organisation: Examined, chosen: Settings, progress: Callable[[int, int], None]) -> list[soundness.Finding]:
    """All there is to look at. `progress` hears events done and in all."""
    found = soundness.examine(organisation.store, organisation.runner, progress)
    found.append(soundness.rooted(chosen.sources["root key"] == "default"))
    found.append(soundness.turned(organisation.store, organisation.spans))
    if isinstance(chosen.place, Databases):
        found += [soundness.apart("organisations", chosen.place.url), soundness.apart("their keys", chosen.place.keys_url)]
    found.append(soundness.kept(organisation.retention, organisation.runner))
    found.append(soundness.ending(organisation.tokens, organisation.store.clock()))
    found.append(entry(chosen.sign_in, isinstance(chosen.place, Databases)))
    for name, log in (("log", organisation.log), ("log of accesses", organisation.access_log)):
        found.append(soundness.signed(name, log, organisation.store))
    if organisation.signals is not None:
        trouble = organisation.signals.trouble()
        found.append(soundness.Finding("redis", trouble is None, trouble or "answers"))
    found.append(reached(chosen.mail))
    return found
