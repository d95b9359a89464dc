"""The log over a real store: its proofs are those of the slow tree, its checkpoints hold, what was rewritten underneath is never signed."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import slow_tree
from cosigning import cosigned
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sent_lines import Clock, generated, initiative, opened, record
from signed_log import ORIGIN, execute, forget_tiles, grown, leaves, log_of, rewrite
from store_places import Place

from domain.model.errors import Refused
from domain.proofs.checkpoint import open_checkpoint, sign_checkpoint
from domain.proofs.note import COSIGNATURE, Signer
from domain.proofs.tiles import consistency_proof, inclusion_proof, tree_root
from domain.store.database import CHECKPOINTS, EVENTS, TILES
from domain.store.keys import KeyStoreError
from domain.store.log import EVERY, Log, Rewritten, Signed, Tiles
from domain.store.store import EventStore
from projections.soundness import stands

WITNESS, STRANGER = Signer("witness.example/one", b"w" * 32), Signer("witness.example/two", b"x" * 32)
NOON_SECONDS = 1_769_860_800


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(place: Place, clock: Clock) -> Iterator[EventStore]:
    with closing(opened(place, clock=clock)) as store:
        yield store


@pytest.fixture
def log(store: EventStore) -> Log:
    return log_of(store)


def newest(log: Log) -> Signed:
    with log.database.reading() as connection:
        found = log.checkpoint(connection)
    assert found is not None
    return found


def test_every_proof_is_that_of_the_slow_tree(store: EventStore, log: Log) -> None:
    sizes = (1, 255, 256, 257, 700)
    grown(store, *sizes)
    known = leaves(store)
    with store.reading() as connection:
        tiles = Tiles(connection, EVENTS)
        for size in (*sizes, 2, 3, 511, 512, 513, 699):
            assert tree_root(tiles, size) == slow_tree.mth(known[:size])
            for index in {0, 1, size // 2, size - 1} & set(range(size)):
                assert inclusion_proof(tiles, index, size) == slow_tree.path(index, known[:size])
            for old in {1, 2, 255, 256, size // 2, size - 1} & set(range(1, size)):
                assert consistency_proof(tiles, old, size) == slow_tree.proof(old, known[:size])
    assert newest(log).root == slow_tree.mth(known)


def test_a_log_of_thousands_takes_its_tiles_in_some_at_a_time_and_one_signer_goes_on_where_another_stopped(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.store.log.BATCH", 2)
    record(store, generated(2_000))
    signed = log_of(store).sign()
    assert signed is not None
    assert signed.root == slow_tree.mth(leaves(store))
    record(store, generated(1_000, "h"))
    again = log_of(store).sign(whole=True)
    assert again is not None
    assert again.root == slow_tree.mth(leaves(store))


def test_tiles_that_were_lost_are_made_anew_from_the_leaves(store: EventStore, log: Log) -> None:
    grown(store, 600)
    forget_tiles(store)
    assert log.sign(whole=True) == newest(log)
    record(store, [initiative("more")])
    assert log_of(store).sign(whole=True) == newest(log)
    assert newest(log).root == slow_tree.mth(leaves(store))


def test_a_checkpoint_holds_for_a_library_that_knows_nothing_of_notes(store: EventStore, log: Log) -> None:
    grown(store, 10)
    note = newest(log).note
    with store.reading() as connection:
        text = log.verifier(connection).text
    name, id, typed = text.split("+", 2)
    public = base64.b64decode(typed)
    assert (name, public[0]) == (ORIGIN, 1)
    assert hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8] == id
    body, _, line = note.partition(b"\n\n")
    signature = base64.b64decode(line.decode().split(" ")[2])
    assert signature[:4].hex() == id
    key = Ed25519PublicKey.from_public_bytes(public[1:])
    key.verify(signature[4:], body + b"\n")
    with pytest.raises(InvalidSignature):
        key.verify(signature[4:], body.replace(b"\n10\n", b"\n11\n") + b"\n")
    assert body.decode().split("\n") == [ORIGIN, "10", base64.b64encode(slow_tree.mth(leaves(store))).decode()]


def test_what_is_signed_already_is_given_again(store: EventStore, log: Log) -> None:
    assert log.sign() is None
    grown(store, 10)
    assert log.sign() == log_of(store).sign(whole=True) == newest(log)


def test_the_key_is_made_once_and_each_log_and_organisation_has_its_own(place: Place, store: EventStore) -> None:
    other_log = Log(store.database, store.keys, store.clock, f"{ORIGIN}/other", TILES)
    with store.reading() as connection:
        keys = {log_of(store).verifier(connection).public, other_log.verifier(connection).public}
        assert log_of(store).verifier(connection).public in keys
    with closing(opened(place.beside("elsewhere"), "elsewhere")) as elsewhere, elsewhere.reading() as connection:
        keys.add(log_of(elsewhere).verifier(connection).public)
    assert len(keys) == 3


def test_the_secret_that_signs_stands_wrapped_and_nowhere_else(place: Place, store: EventStore) -> None:
    grown(store, 10)
    secret = store.keys.ring().key("log/events").secret
    for written in (secret, base64.b64encode(secret), secret.hex().encode()):
        assert written not in place.stored()


def test_a_log_that_was_signed_never_gets_another_key(store: EventStore, place: Place) -> None:
    grown(store, 10)
    with store.keys._place.writing() as keys:
        keys.execute("DELETE FROM data_keys WHERE owner = 'log/events'")
    with closing(opened(place)) as again:
        record(again, [initiative("more")])
        with pytest.raises(KeyStoreError, match="restore it from its backup"):
            log_of(again).sign()


def test_a_log_keeps_its_name(store: EventStore) -> None:
    grown(store, 10)
    with pytest.raises(Refused, match="log keeps its name") as refused:
        log_of(store, "tussenruimte.example/otherwise").sign()
    assert refused.value.refusal.rule == "log_origin"


def test_a_checkpoint_is_due_after_a_second_or_a_thousand_events(store: EventStore, log: Log, clock: Clock) -> None:
    assert not log.due()
    grown(store, 5)
    clock.now += 5_000_000
    assert not log.due()
    record(store, [initiative("more")])
    assert log.due()
    log.sign()
    clock.now += 999_999
    record(store, generated(EVERY - 1, "e"))
    assert not log.due()
    clock.now += 1
    assert log.due()
    clock.now -= 500_000
    assert not log.due()
    record(store, [initiative("another")])
    assert log.due()


def test_a_clock_that_was_put_back_holds_no_checkpoint_up(store: EventStore, log: Log, clock: Clock) -> None:
    grown(store, 5)
    record(store, [initiative("more")])
    clock.now -= 86_400_000_000
    assert log.due()


# Rewritten underneath

HARM: dict[str, Callable[[EventStore], None]] = {
    "an event long ago": lambda store: rewrite(store, 100),
    "the last event": lambda store: rewrite(store, 600),
    "the last event, and what is kept of its root": lambda store: rewrite_with_root(store, 600),
    "an event long ago is gone": lambda store: execute(store, EVENTS, "DELETE FROM {} WHERE position = 100"),
    "the last events are gone": lambda store: execute(store, EVENTS, "DELETE FROM {} WHERE position > 590"),
    "a leaf that is none": lambda store: execute(store, EVENTS, "UPDATE {} SET leaf = ? WHERE position = 100", (b"short",)),
    "what is kept of a tile": lambda store: execute(store, TILES, "UPDATE {} SET hash = ? WHERE number = 1", (b"0" * 32,)),
    "a tile is gone": lambda store: execute(store, TILES, "DELETE FROM {} WHERE number = 0"),
    "the root of the checkpoint": lambda store: execute(store, CHECKPOINTS, "UPDATE {} SET root = ?", (b"0" * 32,)),
    "the signature of the checkpoint": lambda store: spoil(store, -10),
    "the root in the checkpoint": lambda store: spoil(store, len(ORIGIN) + 8),
    "the name in the checkpoint": lambda store: spoil(store, 3),
}


def rewrite_with_root(store: EventStore, position: int) -> None:
    rewrite(store, position)
    execute(store, CHECKPOINTS, "UPDATE {} SET root = ?", (slow_tree.mth(leaves(store)),))


def spoil(store: EventStore, at: int) -> None:
    note = bytearray(newest(log_of(store)).note)
    note[at] = ord("A") if note[at] != ord("A") else ord("B")
    execute(store, CHECKPOINTS, "UPDATE {} SET note = ?", (bytes(note),))


@pytest.mark.parametrize("harm", HARM)
def test_a_history_that_was_rewritten_underneath_is_not_signed(store: EventStore, harm: str) -> None:
    grown(store, 600)
    before = newest(log_of(store))
    assert stands("log", log_of(store)).sound
    HARM[harm](store)
    record(store, [initiative("more")])
    with pytest.raises(Refused):
        log_of(store).sign(whole=True)
    with store.reading() as connection:
        assert connection.execute(f"SELECT count(*), max(size) FROM {connection.table(CHECKPOINTS)} c").fetchall() == [(1, before.size)]
    found = stands("log", log_of(store))
    assert (found.name, found.sound) == ("log", False)


def test_how_much_is_gone_is_told(store: EventStore) -> None:
    grown(store, 600)
    HARM["the last events are gone"](store)
    with pytest.raises(Rewritten, match="600 were signed, and 590 are there"):
        log_of(store).sign()


def test_what_was_not_rewritten_is_signed(store: EventStore) -> None:
    """The control."""
    grown(store, 600)
    record(store, [initiative("more")])
    signed = log_of(store).sign(whole=True)
    assert signed is not None
    assert signed.size == 601
    assert stands("log", log_of(store)).sound


def test_without_the_look_back_another_history_would_be_signed(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what stands between a rewritten history and a signature is the look at the last checkpoint, and nothing else."""
    grown(store, 200)
    rewrite(store, 100)
    record(store, [initiative("more")])
    with pytest.raises(Rewritten):
        log_of(store).sign()
    monkeypatch.setattr(Log, "check", lambda *_: None)
    signed = log_of(store).sign()
    assert signed is not None
    assert signed.root == slow_tree.mth(leaves(store))


def test_a_signer_that_goes_on_looks_at_all_full_tiles_in_turn(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.store.log.LOOK", 1)
    grown(store, 1_100)
    rewrite(store, 600)
    log = log_of(store)
    record(store, [initiative("one")])
    assert log.sign() is not None
    record(store, [initiative("two")])
    assert log.sign() is not None
    record(store, [initiative("three")])
    with pytest.raises(Rewritten, match="positions 513 to 768"):
        log.sign()


def test_of_several_who_sign_at_once_none_signs_another_history(place: Place) -> None:
    with closing(opened(place)) as store:
        record(store, generated(300))

        def sign(name: str) -> None:
            with closing(opened(place)) as own:
                log = log_of(own)
                for number in range(10):
                    record(own, [initiative(f"{name}{number}")])
                    assert log.sign() is not None

        with store.reading() as connection:
            log_of(store).verifier(connection)
        threads = [threading.Thread(target=sign, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        known = leaves(store)
        with store.reading() as connection:
            signed = connection.execute(f"SELECT size, root FROM {connection.table(CHECKPOINTS)} c ORDER BY size").fetchall()
        assert signed[-1][0] == 340
        assert len(signed) > 1
        assert [root for _, root in signed] == [slow_tree.mth(known[:size]) for size, _ in signed]


# Witnesses


def test_the_line_of_a_witness_is_checked_and_kept(store: EventStore, log: Log) -> None:
    grown(store, 10, 20)
    with store.reading() as connection:
        key, first = log.verifier(connection), log.checkpoint(connection, 10)
    assert first is not None
    witness = WITNESS.verifier(COSIGNATURE)
    returned = cosigned(first.note, WITNESS, NOON_SECONDS)
    with_a_stranger = cosigned(returned, STRANGER, NOON_SECONDS)
    signed, seen = log.witnessed(with_a_stranger, [witness])
    assert (signed.size, signed.note, seen) == (10, returned, {witness: NOON_SECONDS})
    assert log.witnessed(returned, [witness])[0].note == returned
    with store.reading() as connection:
        kept = log.checkpoint(connection, 10)
    assert kept is not None
    assert open_checkpoint(kept.note, key, [witness])[1] == {witness: NOON_SECONDS}
    both, _ = log.witnessed(with_a_stranger, [witness, STRANGER.verifier(COSIGNATURE)])
    assert both.note == with_a_stranger
    assert log.sign(whole=True) == newest(log)


def test_a_line_that_does_not_hold_is_refused_and_nothing_of_it_is_kept(store: EventStore, log: Log) -> None:
    grown(store, 10)
    first = newest(log)
    witness = WITNESS.verifier(COSIGNATURE)
    good = cosigned(first.note, WITNESS, NOON_SECONDS)
    line = good[len(first.note) :].decode().split(" ")
    spoilt = bytearray(base64.b64decode(line[2]))
    spoilt[40] ^= 1
    wrong = first.note + " ".join([*line[:2], base64.b64encode(spoilt).decode() + "\n"]).encode()
    other = Log(store.database, store.keys, store.clock, f"{ORIGIN}/other", TILES)
    with store.reading() as connection:
        foreign = other._signer(connection)
    secret = Signer(ORIGIN, store.keys.ring().key("log/events").secret)
    refused = {
        "not_of_this_log": [wrong, sign_checkpoint(10, first.root, foreign), b"nothing", first.note.replace(b"\n10\n", b"\n11\n")],
        "another_history": [
            cosigned(sign_checkpoint(10, b"1" * 32, secret), WITNESS, 1),
            cosigned(sign_checkpoint(11, b"1" * 32, secret), WITNESS, 1),
        ],
        "no_witness": [first.note, cosigned(first.note, STRANGER, NOON_SECONDS)],
    }
    for rule, notes in refused.items():
        for note in notes:
            with pytest.raises(Refused) as found:
                log.witnessed(note, [witness])
            assert found.value.refusal.rule == rule
    assert newest(log) == first
    assert log.witnessed(good, [witness])[0].note == good


def test_an_event_that_was_changed_beside_its_leaf_is_found_where_all_is_hashed_anew(store: EventStore) -> None:
    grown(store, 300)
    execute(store, EVENTS, "UPDATE {} SET state = leaf WHERE position = 7")
    record(store, [initiative("more")])
    assert log_of(store).sign() is not None
    with pytest.raises(Rewritten, match="what stands at position 7"):
        log_of(store).sign(whole=True)
