"""A real replica of a PostgreSQL server, by streaming replication, whose replay a test holds back and which it stops, kills and freezes."""

import signal
from contextlib import suppress

import psutil
import psycopg
from servers import Postgres


class Follower(Postgres):
    """A server that follows another."""

    def __init__(self, primary: Postgres) -> None:
        self._primary = primary
        super().__init__(hot_standby="on")
        self.password = primary.password

    def _prepare(self) -> None:
        super()._prepare()
        data = self.folder / "data"
        self._run("pg_basebackup", "-d", self._primary.url, "-D", str(self.folder / "copy"), "-R", "-X", "stream", "--checkpoint=fast")
        data.rename(self.folder / "unused")
        (self.folder / "copy").rename(data)
        self.password = self._primary.password

    def holding_back(self, held: bool) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()" if held else "SELECT pg_wal_replay_resume()")

    def replaying_paused(self) -> bool:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() == ("paused",)

    def freeze(self) -> None:
        """All of it, as a machine freezes: connections stay, and nobody answers."""
        self._send_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send_all(signal.SIGCONT)

    def _send_all(self, number: signal.Signals) -> None:
        whole = psutil.Process(self.program.pid)
        for process in (whole, *whole.children(recursive=True)):
            # What had ended before it was frozen is reaped, and gone, as soon as the first goes on.
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def close(self) -> None:
        if self.runs:
            self.thaw()
        super().close()
