"""A network that is slow to answer: passes connections on, each byte some time after it came.

The order is kept and the bandwidth is not limited: this is distance and nothing else, as between a
learner and Binder, for plain HTTP and for websockets alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import Future


@contextlib.contextmanager
def delayed(port: int, seconds: float):
    """A port of this machine that leads to its `port`, with `seconds` of delay each way."""
    started: Future = Future()

    async def serve():
        async def connect(reader, writer):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            there = _pass_on(reader, far_writer, seconds)
            back = _pass_on(far_reader, writer, seconds)
            # Cancelled when the proxy ends. Not caught, asyncio would print a traceback of it.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(there, back)

        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        stop = asyncio.Event()
        started.set_result((server, asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    server, loop, stop = started.result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _pass_on(reader, writer, seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def send():
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - clock())
            if not piece:
                return writer.close()
            writer.write(piece)  # and do not wait until it is sent: that would limit the bandwidth

    sending = asyncio.create_task(send())
    piece = None
    while piece != b"":  # the end
        try:
            piece = await reader.read(1 << 16)
        except ConnectionError:
            piece = b""
        pieces.put_nowait((clock() + seconds, piece))
    await sending
