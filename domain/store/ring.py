"""A ring of keys: what may be opened just now, served from memory to a request or a batch, and why something may not be opened.

Keys live in memory for a minute at most and never past a change of the fence's generation. An error says neither whose key nor of which
handle: it must not link a person to a relationship.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from domain.store.seals import DataKey

ORGANISATION = "organisation"
LOG = "log/"
"""Before the name of a log: whose key is what its checkpoints are signed with."""
PROJECT = "project/"
"""Before the id of a research project: whose key is what its pseudonyms follow from."""
CHUNK = 1_000
HELD = 50_000
"""Keys, aliases and streams whose aliases are known, that are held in memory before room is made for a next batch."""

T = TypeVar("T")


class KeyStoreError(Exception):
    """The key store cannot be used, or a part of it is damaged; nothing is opened."""


class KeyStoreSilent(KeyStoreError):
    """The key store does not answer. What it holds may be whole: it is asked again, and nothing is taken for damaged meanwhile."""


class RootKeySilent(KeyStoreSilent):
    """What holds the root key does not answer, or not to us; it is asked again."""


class RootKeyError(KeyStoreError):
    """The root key cannot be read, or is not the one of this key store."""


class NotOpened(Exception):
    """There is no key to be had."""


class Erased(NotOpened):
    """The participant was erased; no key is ever made for them again. `on` is an ISO day."""

    def __init__(self, on: str) -> None:
        super().__init__(f"erased on {on}")
        self.on = on


class Frozen(NotOpened):
    """The participant is being erased."""

    def __init__(self) -> None:
        super().__init__("the key is frozen: an erasure is under way")


class Missing(NotOpened):
    """The key store does not know this owner or handle."""

    def __init__(self) -> None:
        super().__init__("the key store knows no such owner or handle")


class HandleTaken(Exception):
    """The handle already stands for somebody else; a handle is never used for someone else."""


Trouble = Callable[[], Exception]
"""Why there is no key, made anew each time it is raised."""


class Cache:
    """What one generation of the store served from memory. Thrown away whole, by the next generation or after a minute."""

    def __init__(self, generation: int, begun: int) -> None:
        self.generation = generation
        self.begun = begun
        self.keys: dict[str, DataKey | Trouble] = {}
        self.aliases: dict[tuple[str, str], str | Trouble] = {}
        self.streams: set[str] = set()
        """The relationships of which all aliases were loaded."""
        self.gone: frozenset[str] | None = None

    def learn(self, streams: Iterable[str], aliases: Mapping[tuple[str, str], str | Trouble]) -> None:
        """Hold all aliases of these relationships."""
        self.aliases.update(aliases)
        self.streams.update(streams)

    def make_room(self) -> None:
        if len(self.keys) + len(self.aliases) + len(self.streams) > HELD:
            self.keys.clear()
            self.aliases.clear()
            self.streams.clear()


class Store(Protocol):
    """What a ring asks of the store behind it: rows for what it knows, nothing for what it does not."""

    def is_fresh(self, cache: Cache) -> bool: ...

    def served(self) -> Cache: ...

    def load_keys(self, owners: list[str]) -> dict[str, DataKey | Trouble]: ...

    def load_alias(self, stream: str, handle: str) -> dict[tuple[str, str], str | Trouble]: ...

    def load_streams(self, streams: list[str]) -> dict[tuple[str, str], str | Trouble]: ...

    def load_gone(self) -> frozenset[str]: ...


class Ring:
    """A short-lived view of the keys: take one for each request or batch, since taking it is what looks at the fence."""

    def __init__(self, store: Store, cache: Cache) -> None:
        self._store = store
        self._cache = cache

    def as_before(self, cache: Cache | None) -> bool:
        """Whether what was opened with that cache may still be had: nobody was erased since, and it is not a minute old."""
        return self._current() is cache

    @property
    def cache(self) -> Cache:
        return self._current()

    def key(self, owner: str) -> DataKey:
        """Raises Erased, Frozen, Missing, or KeyStoreError where the stored key is damaged."""
        return self._key(self._current(), owner)

    def holds(self, owner: str) -> bool:
        """Whether something is known of an owner that was asked for, if only that there is no key any more."""
        return owner in self._current().keys

    def owner(self, stream: str, handle: str) -> str:
        """The participant a handle stands for. Raises Missing, or Erased: who it was is then forgotten."""
        return self._owner(self._current(), stream, handle)

    def gone(self) -> frozenset[str]:
        """The ids of the participants who were erased, or are being: of none of them anything is told any more."""
        cache = self._current()
        if cache.gone is None:
            cache.gone = self._store.load_gone()
        return cache.gone

    def keys_about(self, stream: str, handles: Sequence[str]) -> list[DataKey]:
        """The keys a text about these people takes, by sorted handle; about nobody, the organisation's.

        Raises as `key` and `owner` do; Erased comes before all else, with the day on which the first of them was.
        """
        cache = self._current()
        if not handles:
            return [self._key(cache, ORGANISATION)]
        keys: list[DataKey] = []
        reasons: list[NotOpened] = []
        for handle in sorted(handles):
            try:
                keys.append(self._key(cache, self._owner(cache, stream, handle)))
            except NotOpened as reason:
                reasons.append(reason)
        if reasons:
            raise min(reasons, key=lambda reason: (0, reason.on) if isinstance(reason, Erased) else (1, ""))
        return keys

    def prefetch(self, owners: Iterable[str]) -> None:
        """Loads the keys of a batch, a thousand in one statement. What is missing or damaged is told when it is asked for."""
        cache = self._current()
        if missing := [owner for owner in owners if owner not in cache.keys]:
            cache.make_room()
            self._load(cache, missing)

    def prefetch_streams(self, streams: Iterable[str]) -> None:
        """Loads all aliases of a batch of relationships, and the keys of those they stand for."""
        cache = self._current()
        if not (missing := [stream for stream in streams if stream not in cache.streams]):
            return
        cache.make_room()
        for chunk in chunks(missing):
            loaded = self._store.load_streams(chunk)
            cache.learn(chunk, loaded)
            # No room is made for these: what they were loaded for would go.
            self._load(cache, {entry for entry in loaded.values() if isinstance(entry, str) and entry not in cache.keys})

    def _load(self, cache: Cache, owners: Iterable[str]) -> None:
        for chunk in chunks(owners):
            cache.keys.update(self._store.load_keys(chunk))

    def _key(self, cache: Cache, owner: str) -> DataKey:
        entry = cache.keys.get(owner)
        if entry is None:
            loaded = self._store.load_keys([owner])
            cache.keys.update(loaded)
            entry = loaded.get(owner, Missing)
        if isinstance(entry, DataKey):
            return entry
        raise entry()

    def _owner(self, cache: Cache, stream: str, handle: str) -> str:
        entry = cache.aliases.get((stream, handle))
        if entry is None:
            loaded = self._store.load_alias(stream, handle)
            cache.aliases.update(loaded)
            entry = loaded.get((stream, handle), Missing)
        if isinstance(entry, str):
            return entry
        raise entry()

    def _current(self) -> Cache:
        if not self._store.is_fresh(self._cache):
            self._cache = self._store.served()
        return self._cache


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
