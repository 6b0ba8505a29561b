"""A network that is slow to answer: passes a TCP connection on, each byte some time after it came.

Order is kept and bandwidth is not limited, so this is distance and nothing else: what lies between
a learner and Binder, for plain HTTP and for websockets alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading


@contextlib.contextmanager
def delayed(port: int, seconds: float):
    """A port of this machine that leads to `port`, with `seconds` of delay each way."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        listening = _listen(port, seconds)
        yield asyncio.run_coroutine_threadsafe(listening, loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _listen(port: int, seconds: float) -> int:
    async def connect(reader, writer):
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(
            _pass_on(reader, there[1], seconds), _pass_on(there[0], writer, seconds)
        )

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]


async def _pass_on(reader, writer, seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def send():
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - clock())
            if not piece:
                return writer.close()
            writer.write(piece)

    sending = asyncio.create_task(send())
    piece = b"first"
    while piece:
        try:
            piece = await reader.read(1 << 16)
        except ConnectionError:  # the other side is gone, which ends this one too
            piece = b""
        pieces.put_nowait((clock() + seconds, piece))
    await sending
