"""The root key comes from a setting or a file, is made once, and is never repeated in an error."""

import base64
import stat
from pathlib import Path

import pytest

from domain.store.keys import RootKeyError, load_root, make_root

ROOT = bytes(range(32))


def test_a_root_key_is_made_once_in_a_file_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "tussenruimte.db.root.key"
    root = make_root(file)
    assert len(root) == 32
    assert load_root(file) == root
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(RootKeyError, match="already"):
        make_root(file)
    assert load_root(file) == root
    assert make_root(tmp_path / "another.root.key") != root
    with pytest.raises(RootKeyError, match="cannot be written"):
        make_root(tmp_path / "nowhere" / "root.key")


def test_a_root_key_may_stand_in_a_setting() -> None:
    assert load_root(f" {base64.b64encode(ROOT).decode()}\n") == ROOT


@pytest.mark.parametrize(
    "text", ["", "geheim", base64.b64encode(bytes(31)).decode(), base64.b64encode(bytes(33)).decode(), "ü" * 44, "A" * 43, "-" * 44]
)
def test_a_wrong_root_key_is_refused_without_being_repeated(text: str, tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    file.write_text(text, "utf-8")
    for source in (text, file):
        with pytest.raises(RootKeyError, match="32 bytes in base64") as caught:
            load_root(source)
        assert not text or text not in str(caught.value)


def test_a_root_key_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(RootKeyError, match=r"absent\.key cannot be read"):
        load_root(tmp_path / "absent.key")
    with pytest.raises(RootKeyError, match="cannot be read"):
        load_root(tmp_path)
