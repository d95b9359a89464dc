"""A security module holds the root key: a key for each epoch, which goes with it, and with it every old copy of the key store."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from command_line import answer, refused, run_in
from security_modules import PIN, SoftHSM
from sent_lines import ROOT, Clock, pair, record
from store_places import Files
from turned_stores import ANNA, SPANS, STILL, WEEK, all_done, copied, epochs, put_back, secrets, sql

from domain.store.keys import Keys, KeyStoreError, KeyStoreSilent, RootKeyError
from domain.store.places import KeyFile, on_sqlite
from domain.store.ring import RootKeySilent
from domain.store.security_module import SecurityModule, WrongModule, module_address
from domain.store.store import EventStore
from domain.store.trouble import silent_database

SECRET = bytes(range(32))


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftHSM:
    folder = tmp_path / "module"
    folder.mkdir()
    made = SoftHSM(folder)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def root(token: SoftHSM) -> SecurityModule:
    return SecurityModule(module_address(token.uri))


@pytest.fixture
def place(tmp_path: Path) -> Files:
    return Files(tmp_path / "events.sqlite")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opening(place: Files, root: SecurityModule, clock: Clock) -> Iterator[Callable[[], EventStore]]:
    with ExitStack() as held:
        yield lambda: held.enter_context(closing(on_sqlite(place.path, root, "buurtmaat", clock)))


def test_what_it_wrapped_opens_for_its_organisation_and_epoch_alone(root: SecurityModule) -> None:
    wrapped = root.wrap(SECRET, "buurtmaat", 3)
    assert root.unwrap(wrapped, "buurtmaat", 3) == SECRET
    assert root.unwrap(wrapped, "buurtmaat", 4) is None
    assert root.unwrap(wrapped, "andermaat", 3) is None
    for place in range(16, len(wrapped)):
        assert root.unwrap(wrapped[:place] + bytes([wrapped[place] ^ 1]) + wrapped[place + 1 :], "buurtmaat", 3) is None
    assert root.unwrap(wrapped[:-1], "buurtmaat", 3) is None
    assert root.unwrap(b"", "buurtmaat", 3) is None


def test_what_was_destroyed_opens_nothing_more_and_nothing_else_goes(root: SecurityModule) -> None:
    one, other = root.wrap(SECRET, "buurtmaat", 1), root.wrap(SECRET, "buurtmaat", 1)
    root.destroy(one)
    root.destroy(one)
    with pytest.raises(RootKeyError, match="no root key for epoch 1 of buurtmaat"):
        root.unwrap(one, "buurtmaat", 1)
    assert root.unwrap(other, "buurtmaat", 1) == SECRET, "another platform may have the same name"


def test_keys_never_leave_it(root: SecurityModule, token: SoftHSM) -> None:
    import pkcs11

    root.wrap(SECRET, "buurtmaat", 1)
    library = pkcs11.lib(str(token.library))
    with library.get_token(token_label="tussenruimte").open(user_pin=PIN) as session:
        (key,) = session.get_objects()
        assert key[pkcs11.Attribute.LABEL] == "tussenruimte buurtmaat 1"
        assert (key[pkcs11.Attribute.ALWAYS_SENSITIVE], key[pkcs11.Attribute.NEVER_EXTRACTABLE]) == (True, True)
        with pytest.raises(pkcs11.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]
    library.finalize()


def test_an_old_copy_of_the_key_store_opens_nothing_whatever_stands_beside_the_events(
    place: Files, opening: Callable[[], EventStore], clock: Clock
) -> None:
    store = opening()
    record(store, pair())
    before, backup = secrets(store), copied(place)
    clock.now += WEEK
    all_done(store)
    now = copied(place)
    put_back(place, backup)
    assert secrets(opening()) == before, "the control: for as long as its epoch lives, the copy is a backup"
    put_back(place, now)
    clock.now += SPANS.keep
    all_done(store, STILL)
    assert epochs(place) == [(1, "destroyed", False), (2, "active", True)]
    assert secrets(store) == before
    now = copied(place)
    put_back(place, backup)
    with store.database.writing("keys") as connection:
        connection.execute("DELETE FROM dead_epochs")
    with pytest.raises(RootKeyError, match="no root key for epoch 1"):
        opening()
    put_back(place, now)
    assert secrets(opening()) == before


def test_with_a_root_key_in_memory_the_same_copy_would_open(tmp_path: Path, clock: Clock) -> None:
    """The control: without a module only the note beside the events refuses it."""
    place = Files(tmp_path / "events.sqlite")
    with closing(on_sqlite(place.path, ROOT, "buurtmaat", clock)) as store:
        record(store, pair())
        backup = copied(place)
        for _ in range(5):
            clock.now += WEEK
            all_done(store)
    put_back(place, backup)
    with closing(Keys(KeyFile(f"{place.path}.keys"), ROOT, "buurtmaat", clock)) as keys:
        assert keys.ring().key(ANNA)


def test_a_process_that_was_forked_asks_it_too(root: SecurityModule) -> None:
    wrapped = root.wrap(SECRET, "buurtmaat", 1)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = int(root.unwrap(wrapped, "buurtmaat", 1) != SECRET)
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert root.unwrap(wrapped, "buurtmaat", 1) == SECRET


def test_a_module_that_gives_no_service_is_asked_again_and_nothing_is_taken_for_damaged(
    place: Files, token: SoftHSM, opening: Callable[[], EventStore], clock: Clock
) -> None:
    store = opening()
    record(store, pair())
    for harm, mend in (
        (lambda: token.pin.write_text("wrong"), lambda: token.pin.write_text(PIN)),
        (lambda: token.pin.rename(token.pin.with_name("away")), lambda: token.pin.with_name("away").rename(token.pin)),
        (lambda: token.tokens.rename(token.tokens.with_name("away")), lambda: token.tokens.with_name("away").rename(token.tokens)),
    ):
        harm()
        clock.now += 60_000_000
        with pytest.raises(KeyStoreSilent) as caught:
            store.keys.ring().key(ANNA)
        assert isinstance(caught.value, RootKeySilent)
        assert silent_database(caught.value) == "security module of the root key"
        assert PIN not in str(caught.value)
        with pytest.raises(KeyStoreError):
            opening()
        mend()
        assert store.keys.ring().key(ANNA)


def test_a_library_that_is_none_is_told(token: SoftHSM) -> None:
    address = module_address(f"pkcs11:token=x?module-path={token.pin}&pin-source={token.pin}")
    with pytest.raises(RootKeySilent, match="see that the library"):
        SecurityModule(address).wrap(SECRET, "buurtmaat", 1)


def test_where_it_is_is_read_from_its_uri() -> None:
    found = module_address("pkcs11:token=our%20token?pin-source=file:/run/pin&module-path=/usr/lib/x.so")
    assert (found.token, found.library, found.pin) == ("our token", "/usr/lib/x.so", "/run/pin")


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "pkcs11:token=x",
        "pkcs11:token=x?module-path=/y",
        "pkcs11:token=?module-path=/y&pin-source=/z",
        "pkcs11:token=x?module-path=/y&pin-source=/z&slot-id=3",
        "pkcs11:token=x;token=y?module-path=/y&pin-source=/z",
    ],
)
def test_another_uri_is_refused_with_the_form(uri: str) -> None:
    with pytest.raises(WrongModule, match="module-path="):
        module_address(uri)


def test_a_pin_in_the_setting_is_refused_and_not_repeated(tmp_path: Path) -> None:
    uri = "pkcs11:token=x?module-path=/y&pin-value=secret1234"
    said = refused(run_in(tmp_path)("list", TUSSENRUIMTE_ROOT_KEY=uri))
    assert "name its file with pin-source" in said
    assert "secret1234" not in said


def test_the_program_keeps_its_root_key_there(tmp_path: Path, token: SoftHSM) -> None:
    run = run_in(tmp_path)
    settings = {"TUSSENRUIMTE_ROOT_KEY": token.uri, **token.environment}
    sent = "\n".join(line.decode() for line in pair())
    assert run("import", "-", given=sent, **settings).code == 0
    assert not list(tmp_path.glob("*.root.key"))
    assert answer(run("list", "--json", **settings))
    told = run("doctor", "--json", **settings)
    assert f"the token tussenruimte of {token.library}" in told.out
    assert PIN not in told.out
    assert run("rebuild", **settings).code == 0
    token.tokens.rename(token.tokens.with_name("away"))
    assert "does not give its service" in refused(run("list", **settings))
    held = {"TUSSENRUIMTE_ROOT_KEY": "AAAA" * 10 + "AAA="}
    assert "does not open the key store" in refused(run("list", **held))
    [(wrapped,)] = sql(Files(tmp_path / "tussenruimte.db"), "SELECT wrapped FROM organisation_keys")
    assert len(wrapped) == 16 + 12 + 32 + 16
