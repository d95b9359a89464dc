"""Where Redis is, as an operator writes it: what is meant is read, what is not is said, and the password is never printed."""

from pathlib import Path

import pytest
from command_line import answer, refused, run_within

from domain.store.redis_address import Host, RedisAddress, WrongAddress, redis_address


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("redis://signals", RedisAddress(False, False, (Host("signals", 6379),), None, None, 0)),
        ("redis://signals:7000/3", RedisAddress(False, False, (Host("signals", 7000),), None, None, 3)),
        (" rediss://:s%40fe@10.0.0.12:6380/ ", RedisAddress(False, True, (Host("10.0.0.12", 6380),), None, "s@fe", 0)),
        ("redis://house:pass:word@[::1]:7000", RedisAddress(False, False, (Host("::1", 7000),), "house", "pass:word", 0)),
        ("redis+cluster://:s@a:1,b,[::1]:3", RedisAddress(True, False, (Host("a", 1), Host("b", 6379), Host("::1", 3)), None, "s", 0)),
        ("rediss+cluster://a", RedisAddress(True, True, (Host("a", 6379),), None, None, 0)),
    ],
)
def test_an_address_is_read_as_it_is_meant(url: str, meant: RedisAddress) -> None:
    assert redis_address(url) == meant
    if meant.password is None:
        assert redis_address(str(meant)) == meant


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("signals:6379", "begin"),
        ("http://:secret@signals", "begin"),
        ("unix:///run/redis.sock", "begin"),
        ("redis://", "host"),
        ("redis://:secret@", "host"),
        ("redis://signals:secret", "host"),
        ("redis://signals:70000", "host"),
        ("redis://:secret@signals?db=1", "host"),
        ("redis://a,b", "several"),
        ("redis://:secret@signals/first", "number"),
        ("redis://signals/-1", "number"),
        ("redis+cluster://:secret@a,b/1", "one only"),
        ("redis+cluster://a,,b", "host"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_with_what_is_wrong_and_without_its_password(url: str, wrong: str) -> None:
    with pytest.raises(WrongAddress, match=wrong) as told:
        redis_address(url)
    assert "secret" not in str(told.value)


def test_a_password_is_never_printed(tmp_path: Path) -> None:
    url = "redis+cluster://house:s%40fe@a:1,[::1]:2"
    address = redis_address(url)
    assert str(address) == repr(address) == f"{address}" == "redis+cluster://house:***@a:1,[::1]:2"
    run = run_within(tmp_path)
    checked = answer(run("doctor", "--json", TUSSENRUIMTE_REDIS_URL=url))
    assert {"name": "redis", "value": str(address), "from": "TUSSENRUIMTE_REDIS_URL"} in checked["settings"]
    told = refused(run("list", TUSSENRUIMTE_REDIS_URL="redis://:s%40fe@a:b"))
    assert "TUSSENRUIMTE_REDIS_URL" in told
    assert "fe" not in told.replace("before", "")


def test_without_redis_no_setting_of_it_is_told(tmp_path: Path) -> None:
    assert "redis" not in {row["name"] for row in answer(run_within(tmp_path)("doctor", "--json"))["settings"]}
