"""A PostgreSQL server set up as the one of Compose, which keeps its log in an archive beside it; with a shell of the server's own user.

The shell runs what stands in the pages and scripts under `deploy/`. Only the folders, the moment that is restored to and the name of a
backup are others.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
from deploy_tools import DEPLOY
from servers import Postgres

FOLDER = DEPLOY / "compose"
NAME, MOMENT = "2026-11-28T020000Z", "2026-11-28 11:59:00+00"
"""As the page has them."""


class Archived(Postgres):
    """A server with an empty archive."""

    def _prepare(self) -> None:
        text = (FOLDER / "postgresql.conf").read_text().replace("/backup", f"{self.folder}/backup")
        settings = dict(re.findall(r"^(\w+) = '?(.*?)'?$", text, re.M))
        del settings["listen_addresses"]
        self._configuration = settings
        super()._prepare()
        self.data, self.backup = self.folder / "data", self.folder / "backup"
        for part in (self.backup, self.backup / "wal", self.backup / "base"):
            part.mkdir()
            shutil.chown(part, self.folder.stat().st_uid, self.folder.stat().st_gid)

    def sh(self, text: str, *arguments: str, **others: str) -> str:
        """What a shell of the server's user prints, in which nothing may fail. `others`: what else is another one here."""
        for there, here in {"/backup/": f"{self.backup}/", NAME: others.get("name", NAME), MOMENT: others.get("moment", MOMENT)}.items():
            text = text.replace(there, here)
        settings = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "tester", "PGPASSWORD": self.password}
        home = {"PATH": f"{self._programs}:{os.environ['PATH']}", "PGDATA": str(self.data), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["sh", "-eu", "-s", *arguments], input=text, cwd=self.folder, env=settings | home, user=self._runs_as,
                              group=self._runs_as, extra_groups=None if self._runs_as is None else [], capture_output=True, text=True,
                              timeout=120)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def based(self) -> str:
        """The name of a base backup that is made now, by the script."""
        return Path(self.sh((FOLDER / "backup.sh").read_text(), "35").strip()).name

    def record(self, events: list[str]) -> None:
        """One transaction for each, acknowledged when this returns."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("create table if not exists events (id text primary key)")
            for event in events:
                connection.execute("insert into events values (%s)", [event])

    def recorded(self) -> list[str]:
        with psycopg.connect(self.url) as connection:
            return [id for (id,) in connection.execute("select id from events order by id")]

    def now(self) -> str:
        with psycopg.connect(self.url) as connection:
            return str(connection.execute("select clock_timestamp()").fetchone()[0])  # type: ignore[index]

    def archive(self) -> None:
        """The segment that is written to goes to the archive, as it would within a minute."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            (segment,) = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        limit = time.monotonic() + 60
        while not (self.backup / "wal" / segment).exists():
            assert time.monotonic() < limit, "It was not archived."
            time.sleep(0.05)
