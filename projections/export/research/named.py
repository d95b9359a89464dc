"""Who was named in a file already, however many they are: in a temporary table. A file of the export names them too."""

from domain.store.temporary import temporary

CACHE = 2_048
"""KiB of the table that are held in memory."""


class Named:
    """The pseudonyms that stand in a file; `count` says how many they are."""

    def __init__(self) -> None:
        self._table = temporary(CACHE, "named (pseudonym TEXT PRIMARY KEY) WITHOUT ROWID")
        # On its own every row would be a transaction.
        self._adding = self._table.execute("BEGIN")
        self.count = 0

    def is_new(self, pseudonym: str) -> bool:
        """Whether it was not named yet. From now on it is."""
        added = self._adding.execute("INSERT OR IGNORE INTO named VALUES (?)", (pseudonym,)).rowcount
        self.count += added
        return added == 1

    def close(self) -> None:
        self._table.close()
