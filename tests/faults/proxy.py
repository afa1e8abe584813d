"""What stands between a service and its database or bus: passes bytes on, late or not at all, or cuts the line."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

_CHUNK = 64 * 1024


class Proxy:
    """A TCP proxy on loopback. Its faults hold for what passes from then on, on old and on new connections.

    target: the port behind it, asked at each connection, because a stack chooses its ports when it starts.
    """

    def __init__(self, target: Callable[[], int]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # Set: bytes pass. Requests go to the server, answers come from it.
        self._requests_pass, self._answers_pass = asyncio.Event(), asyncio.Event()
        self._requests_pass.set()
        self._answers_pass.set()
        self._marker = b""
        self.delay_s = 0.0
        self.port = 0

    async def open(self) -> None:
        """Listens on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Ends every connection; what is held is lost, as with a line that is cut."""
        for writer in self._writers:
            with contextlib.suppress(OSError, RuntimeError):
                writer.transport.abort()

    def hold_requests(self) -> None:
        """From now on nothing reaches the server, though the line stands."""
        self._requests_pass.clear()

    def hold_answers(self) -> None:
        """From now on nothing comes back from the server, which goes on working."""
        self._answers_pass.clear()

    def hold_answers_from(self, marker: bytes) -> None:
        """Nothing comes back once a request with these bytes has gone through."""
        self._marker = marker

    @property
    def holds_answers(self) -> bool:
        return not self._answers_pass.is_set()

    def heal(self) -> None:
        """Everything passes again, at once."""
        self.delay_s = 0.0
        self._marker = b""
        self._requests_pass.set()
        self._answers_pass.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        behind: asyncio.StreamWriter | None = None
        try:
            answers, behind = await asyncio.open_connection("127.0.0.1", self._target())
            self._writers.add(behind)
            pumps = [
                asyncio.ensure_future(self._pump(reader, behind, self._requests_pass, requests=True)),
                asyncio.ensure_future(self._pump(answers, writer, self._answers_pass)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except (OSError, KeyError):
            # Nobody is behind it: the caller sees a closed connection, as it would without us.
            pass
        finally:
            for end in (writer, behind):
                if end is not None:
                    self._writers.discard(end)
                    end.transport.abort()
            self._tasks.discard(task)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, passes: asyncio.Event, *, requests: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(_CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await passes.wait()
                if requests and self._marker and self._marker in data:
                    self.hold_answers()
                sink.write(data)
                await sink.drain()
