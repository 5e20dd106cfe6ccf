"""Listens, until it is told to end; what is under way is finished."""

import asyncio
import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from guiche.desk.acceptor.application import Answer, App, called
from guiche.desk.acceptor.identity import Identity, Unusable
from guiche.desk.acceptor.room import Room
from guiche.desk.acceptor.visit import House, Visit

log = logging.getLogger(__name__)

_THREADS = 4
"""That ask the desk. An answer is a matter of milliseconds, and what waits costs no thread."""
_QUEUE, _AT_A_TURN = 4096, 128
"""Of those who knock: how many the system keeps, for whom it turns away knocks again only after a
second; and how many are let in before those inside are heard again.
"""
_RENEW_SECONDS = 60.0
_SECONDS_TO_FINISH = 5.0


class Port:
    """The certificate port: what it shows, who is there, and the desk behind it."""

    def __init__(self, identity: Identity, app: App, room: Room | None = None) -> None:
        self._identity = identity
        self._app = app
        self._room = Room() if room is None else room
        self._stopped = asyncio.Event()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="acceptor")

    async def serve(self, host: str, port: int, opened: Callable[[int], None]) -> None:
        """Until `stop`; `opened` is told the port. `OSError` says that it may not be had."""
        loop = asyncio.get_running_loop()
        house = House(self._identity, self._room, self._answer)
        listening = _listening(host, port)
        server = await loop.create_server(lambda: Visit(house), sock=listening, backlog=_AT_A_TURN)
        # asyncio takes one number for both, and accepts as many in one turn.
        listening.listen(_QUEUE)
        renewing = loop.create_task(self._renew_now_and_then())
        opened(listening.getsockname()[1])
        await self._stopped.wait()
        renewing.cancel()
        server.close()
        await self._finish()

    def stop(self) -> None:
        """Nobody is let in any more."""
        self._stopped.set()

    def renew(self) -> None:
        """Reads key and certificate anew where they changed; what cannot be used is logged."""
        try:
            if self._identity.renew():
                log.info("key and certificate read anew")
        except Unusable as error:
            log.error("the certificate of before stays: %s", error)

    async def _answer(self, asked: dict[str, Any]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, called, self._app, asked)

    async def _renew_now_and_then(self) -> None:
        """What renews certificates need not know of this process."""
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            self.renew()

    async def _finish(self) -> None:
        """Lets those end who are being answered."""
        deadline = asyncio.get_running_loop().time() + _SECONDS_TO_FINISH
        for guest in self._room.guests():
            guest.finish()
        while len(self._room) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        for guest in self._room.guests():
            guest.make_room()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_QUEUE)
