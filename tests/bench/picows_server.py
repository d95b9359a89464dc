"""Bare picows: a frame that is made once for each event, and sent to all who are connected. It executes nothing and checks nothing."""

import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from bench.redis_stream import follow

NEXT = b'{"type":"next","id":"%036d","payload":{"data":{"events":{"__typename":%s}}}}'
CAUGHT_UP = NEXT % (0, b'"CaughtUp"')
connected: set[WSTransport] = set()


class Dashboard(WSListener):  # type: ignore[misc]
    """One who is connected: let in, and told from when they subscribe."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if b'"connection_init"' in frame.get_payload_as_bytes():
            transport.send(WSMsgType.TEXT, b'{"type":"connection_ack"}')
        else:
            transport.send(WSMsgType.TEXT, CAUGHT_UP)
            connected.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        connected.discard(transport)


def tell(event: bytes) -> None:
    message = NEXT % (0, b'"EventArrived",' + event[1:-1])
    for transport in connected:
        transport.send(WSMsgType.TEXT, message)


async def serve(url: str, port: int) -> None:
    await ws_create_server(lambda request: Dashboard(), "127.0.0.1", port)
    await follow(url, tell)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
