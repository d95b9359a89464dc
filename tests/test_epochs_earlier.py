"""Stores made before keys turned over are brought up, and their key is due at once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sent_lines import ROOT, Clock, opened, pair, record
from store_places import Databases
from turned_stores import ANNA, WEEK, all_done, epochs, secrets, sql

from domain.store.checks import Unusable, check_databases
from domain.store.database import DEAD_EPOCHS, OWN
from domain.store.key_places import KEY_TABLES, KeyFile
from domain.store.keys import Keys
from domain.store.postgres import migrate


def test_a_file_of_the_earlier_form_is_brought_up_when_it_is_opened_and_is_due_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    with closing(Keys(KeyFile(str(path)), ROOT, "buurtmaat", Clock())) as keys:
        keys.create([ANNA])
        secret = keys.ring().key(ANNA).secret
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE organisation_keys DROP COLUMN begun")
    with closing(Keys(KeyFile(str(path)), ROOT, "buurtmaat", Clock())) as keys:
        assert keys.ring().key(ANNA).secret == secret
        assert keys.epochs.turn(WEEK)
        while keys.epochs.rewrap():
            pass
        assert keys.ring().key(ANNA).secret == secret


def test_a_database_of_the_earlier_form_asks_for_migrate_which_brings_it_up(databases: Databases) -> None:
    databases.empty()
    with closing(opened(databases)) as store:
        record(store, pair())
        before = secrets(store)
    sql(databases, "ALTER TABLE organisation_keys DROP COLUMN begun")
    with pytest.raises(Unusable, match="tussenruimte migrate"):
        check_databases(databases.url, databases.keys_url, "buurtmaat")
    migrate(databases.owned_keys, KEY_TABLES, databases.keys_url)
    check_databases(databases.url, databases.keys_url, "buurtmaat")
    with closing(opened(databases)) as store:
        all_done(store)
        assert epochs(databases) == [(1, "left", True), (2, "active", True)]
        assert secrets(store) == before


def test_the_events_of_the_earlier_form_ask_for_migrate_too(databases: Databases) -> None:
    with psycopg.connect(databases.owned, autocommit=True) as connection:
        connection.execute(SQL("DROP TABLE {}").format(Identifier(DEAD_EPOCHS.name)))
    with pytest.raises(Unusable, match="tussenruimte migrate"):
        check_databases(databases.url, databases.keys_url, "buurtmaat")
    migrate(databases.owned, OWN, databases.url)
    check_databases(databases.url, databases.keys_url, "buurtmaat")
