"""A mail server that takes everything and keeps nothing: ``python -m benchmarks.campaign.sink [DELAY_MS]`` prints its port.

PIPELINING is offered; answers wait for the delay, as those of a server that is not next door.
"""

from __future__ import annotations

import asyncio
import sys


class Session(asyncio.Protocol):
    """One connection. `taken` counts messages of all of them."""

    taken = 0
    delay_s = 0.0

    def __init__(self) -> None:
        self._held = b""
        self._in_data = False
        self._said = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole message; the answers to a group of commands go together (RFC 2920 §3.2)."""
        self._held += data
        self._take()
        said, self._said = self._said, b""
        if said and self.delay_s:
            asyncio.get_running_loop().call_later(self.delay_s, self._transport.write, said)
        elif said:
            self._transport.write(said)

    def _take(self) -> None:
        while self._held:
            if self._in_data:
                _message, end, rest = self._held.partition(b"\r\n.\r\n")
                if not end:
                    return
                self._held, self._in_data = rest, False
                Session.taken += 1
                self._said += b"250 taken\r\n"
                continue
            line, end, rest = self._held.partition(b"\r\n")
            if not end:
                return
            self._held = rest
            self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self._said += b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n"
        elif verb == b"DATA":
            self._in_data = True
            self._said += b"354 go on\r\n"
        elif verb == b"QUIT":
            self._transport.write(b"221 %d taken\r\n" % Session.taken)
            self._transport.close()
        else:
            self._said += b"250 ok\r\n"


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", 0, backlog=500)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    Session.delay_s = float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0
    asyncio.run(main())
