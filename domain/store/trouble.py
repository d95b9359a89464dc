"""Whose fault an exception is: that of the place, where a later attempt may go well, or that of what was to be written, where none will.

A server that is gone, a full disk, a lock that somebody holds or a key store that cannot be read says nothing of any event.
"""

import logging
import sqlite3

import psycopg
from eventsourcing.persistence import PersistenceError

from domain.store.database import OutOfRoom
from domain.store.postgres import Unreachable
from domain.store.replica import Lost
from domain.store.ring import KeyStoreError, KeyStoreSilent, RootKeySilent

SILENT = (Unreachable, KeyStoreSilent, OutOfRoom)
"""What is raised where a database does not answer, or can take nothing."""

TROUBLE = (PersistenceError, psycopg.Error, sqlite3.Error, KeyStoreError, OSError, MemoryError)
"""What the place raises."""
_OF_ROWS = (psycopg.DataError, psycopg.IntegrityError, sqlite3.DataError, sqlite3.IntegrityError)
"""And what a database raises for rows that it cannot take."""


def is_poison(error: Exception) -> bool:
    """Whether it comes of what was read or written, and would come again wherever and whenever that is tried."""
    return isinstance(error, _OF_ROWS) or not isinstance(error, TROUBLE)


def silent_database(error: BaseException) -> str | None:
    """Which database it is that does not answer, or what else of that kind, in words for the log; None where it is anything else."""
    if isinstance(error, RootKeySilent):
        return "security module of the root key"
    if isinstance(error, KeyStoreSilent):
        return "database of the keys"
    if isinstance(error, OutOfRoom):
        return "database of the events, whose disk is full,"
    if isinstance(error, Lost):
        return "replica"
    return "database of the events" if isinstance(error, Unreachable) else None


def warn(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log what does not go: in one line where a database does not answer, else with where it arose."""
    if (which := silent_database(error)) is None:
        logger.warning(what, exc_info=error)
    else:
        logger.warning("%s: the %s does not answer", what, which)
