"""The program with Redis set: two served processes wake each other, and what is wrong with Redis is told and stops nobody."""

import asyncio
import json
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from command_line import answer, environment, run_in
from live import EVENTS, PROTOCOL
from redis_servers import Redis
from sent_lines import pair
from test_signals import PATIENCE_SECONDS, until
from websockets.sync.client import connect


def test_a_wrong_password_is_told_and_stops_nobody(own_redis: Redis, tmp_path: Path) -> None:
    run = run_in(tmp_path)
    url = own_redis.url.replace(own_redis.password, "mistyped")
    done = run("import", "-", "--json", given=b"\n".join(pair()).decode(), TUSSENRUIMTE_REDIS_URL=url)
    assert answer(done)["recorded"] == 6
    assert "mistyped" not in done.err
    assert "redis://:***@" in done.err


def test_what_one_served_process_takes_another_hears_over_one_connection_each(tmp_path: Path, own_redis: Redis) -> None:
    setting = environment(TUSSENRUIMTE_REDIS_URL=own_redis.url)
    program = [sys.executable, "-m", "tussenruimte"]
    here: dict[str, Any] = {"cwd": tmp_path, "env": setting, "text": True, "stdout": subprocess.PIPE}
    token = subprocess.run([*program, "token", "create"], check=True, **here).stdout.strip()
    with ExitStack() as stack:
        addresses = []
        for _ in range(2):
            process = stack.enter_context(subprocess.Popen([*program, "serve", "--port", "0"], **here))
            stack.callback(process.terminate)
            found = re.search(r"http://[^/]+:\d+", process.stdout.readline())
            assert found is not None
            addresses.append(found.group())

        def following() -> int:
            with own_redis.client() as client:
                return [row["cmd"] for row in client.client_list()].count("xread")

        asyncio.run(until(lambda: following() == 2))
        with connect(addresses[1].replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as socket:
            socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
            socket.recv(PATIENCE_SECONDS)
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}))
            assert "CaughtUp" in str(socket.recv(PATIENCE_SECONDS))
            for line in pair():
                headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
                assert httpx.post(f"{addresses[0]}/events", content=line, headers=headers).status_code < 300
            arrived = [json.loads(socket.recv(PATIENCE_SECONDS))["payload"]["data"]["events"]["event"]["position"] for _ in range(6)]
            assert arrived == [str(position) for position in range(1, 7)]
        assert following() == 2
