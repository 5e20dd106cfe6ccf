"""One connection: TLS in memory, then HTTP/1.1, one request at a time, each step within its time.

Nothing here waits: 50 that stop in the middle of their handshake cost the next one nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple, cast

import h11
from OpenSSL import SSL, crypto

from guiche.desk.acceptor.application import Answer, environ
from guiche.desk.acceptor.counters import CONNECTIONS
from guiche.desk.acceptor.identity import Identity
from guiche.desk.acceptor.room import Room

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 3.0
REQUEST_SECONDS = 15.0
"""From the handshake, or the answer before, to the end of a request: silence and slowness alike."""
ANSWER_SECONDS = 30.0
MAX_HEAD = 16 * 1024
MAX_CHAIN = 8
"""Certificates that are taken; from a holder to a root of ICP-Brasil there are four."""

_TLS_HANDSHAKE = 22
_CHUNK = 16 * 1024
_PLAIN = Answer.plain(
    400, "Este endereço só atende por https://. Abra o link como ele foi enviado."
)
_REFUSED = Answer.plain(400, "O navegador mandou algo que o Guichê não entende.")
_TOO_LARGE = Answer.plain(431, "O pedido é grande demais.")

Handle = Callable[[dict[str, Any]], Awaitable[Answer]]


class House(NamedTuple):
    """What all connections share."""

    identity: Identity
    room: Room
    answer: Handle


class Visit(asyncio.Protocol):
    """The connection. Ends by itself: with the answer, with the time, or with the other side."""

    def __init__(self, house: House) -> None:
        self.address = ""
        self._house = house
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._tls: SSL.Connection | None = None
        self._presented: tuple[bytes, ...] = ()
        self._request: h11.Request | None = None
        self._answering: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._result = ""
        self._is_full = self._is_last = False

    # --- the transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes a place, or is refused one; nothing is said before the other side speaks."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if peer else "0.0.0.0"  # noqa: S104  # gone before it was looked at
        if self._house.room.enter(self):
            self._within(HANDSHAKE_SECONDS)
        else:
            self._end("refused")

    def connection_lost(self, _error: Exception | None) -> None:
        """Gives the place back; an answer that was begun is finished all the same, for nobody."""
        if self._deadline:
            self._deadline.cancel()
        if self._answering:
            self._answering.cancel()
        self._house.room.leave(self)
        self._count("gone")

    def data_received(self, data: bytes) -> None:
        """Goes as far as what came allows."""
        if self._tls is None:
            if data[0] != _TLS_HANDSHAKE:
                self._say_plainly()
                return
            self._tls = SSL.Connection(self._house.identity.context, None)
            self._tls.set_accept_state()
        self._tls.bio_write(data)
        try:
            if self._is_shaken or self._shake(self._tls):
                self._hear(self._tls)
        except SSL.ZeroReturnError:
            self._close()
        except SSL.Error:
            self._flush()  # the alert, which says to the other side what was wrong
            self._count("failed")
            self._transport.close()
        else:
            self._flush()

    def pause_writing(self) -> None:
        """Who does not read is not listened to."""
        self._is_full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Reads again."""
        self._is_full = False
        self._listen()

    # --- TLS -------------------------------------------------------------------------------------

    @property
    def _is_shaken(self) -> bool:
        return self._result == "shaken"

    def _shake(self, tls: SSL.Connection) -> bool:
        try:
            tls.do_handshake()
        except SSL.WantReadError:
            return False
        self._count("shaken")
        self._house.room.rest(self)
        self._presented = _presented(tls)
        self._within(REQUEST_SECONDS)
        return True

    def _hear(self, tls: SSL.Connection) -> None:
        while True:
            try:
                heard = tls.recv(_CHUNK)
            except SSL.WantReadError:
                break
            self._http.receive_data(heard)
        self._advance()

    def _flush(self) -> None:
        """Sends what TLS has to say."""
        if self._tls is None or self._transport.is_closing():
            return
        while True:
            try:
                ready = self._tls.bio_read(_CHUNK)
            except SSL.Error:  # nothing more
                return
            self._transport.write(ready)

    def _say_plainly(self) -> None:
        """To who speaks http, in http."""
        self._count("plain")
        self._transport.write(_written(self._http, _PLAIN))
        self._transport.close()

    # --- HTTP ------------------------------------------------------------------------------------

    def _advance(self) -> None:
        try:
            while self._answering is None:
                event = self._http.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                if isinstance(event, h11.ConnectionClosed):
                    self._close()
                    return
                self._take(event)
        except h11.RemoteProtocolError as error:
            self._say(_TOO_LARGE if error.error_status_hint == 431 else _REFUSED)
            self._close()

    def _take(self, event: object) -> None:
        """A head, then its end: nothing that is asked here has a body."""
        if isinstance(event, h11.Request):
            self._request = event
        elif isinstance(event, h11.EndOfMessage) and self._request:
            self._transport.pause_reading()
            self._house.room.keep(self)
            self._within(ANSWER_SECONDS)
            loop = asyncio.get_running_loop()
            self._answering = loop.create_task(self._answer(self._request))
        else:
            raise h11.RemoteProtocolError("a body")

    async def _answer(self, request: h11.Request) -> None:
        own = self._transport.get_extra_info("sockname")[:2]
        try:
            answer = await self._house.answer(
                environ(request, address=self.address, own=own, presented=self._presented)
            )
        except Exception:
            log.exception("no answer")
            answer = Answer.plain(500, "Algo falhou aqui dentro. Tente de novo em um minuto.")
        self._answering = self._request = None
        if self._transport.is_closing():
            return
        if request.method == b"HEAD":
            answer = answer._replace(body=b"")
        self._say(answer)
        if self._http.our_state is h11.MUST_CLOSE or self._is_last:
            self._close()
            return
        self._http.start_next_cycle()
        self._house.room.rest(self)
        self._within(REQUEST_SECONDS)
        self._listen()
        self._advance()

    def _say(self, answer: Answer) -> None:
        if self._tls is None or self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        if self._is_last:
            answer = answer._replace(headers=[*answer.headers, ("Connection", "close")])
        try:
            self._tls.sendall(_written(self._http, answer))
        except SSL.Error:
            self._close()
        else:
            self._flush()

    def _listen(self) -> None:
        if not self._is_full and self._answering is None and not self._transport.is_closing():
            self._transport.resume_reading()

    # --- the end ---------------------------------------------------------------------------------

    def finish(self) -> None:
        """Ends with the answer under way, or now."""
        self._is_last = True
        if self._answering is None:
            self._close()

    def make_room(self) -> None:
        """Ends at once, for another."""
        self._end("made_room")

    def _within(self, seconds: float) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._end, "late")

    def _close(self) -> None:
        """In order; the deadline stays, for a side that does not take what was sent."""
        if self._transport.is_closing():
            return
        if self._tls and self._is_shaken:
            with suppress(SSL.Error):
                self._tls.shutdown()
            self._flush()
        self._transport.close()

    def _end(self, result: str) -> None:
        self._count(result)
        self._transport.abort()

    def _count(self, result: str) -> None:
        """Once: the first word is what came of it."""
        if not self._result:
            self._result = result
            CONNECTIONS.labels(result).inc()


def _written(connection: h11.Connection, answer: Answer) -> bytes:
    """The answer as HTTP."""
    events: list[h11.Event] = [answer.event(), h11.EndOfMessage()]
    if answer.body:
        events.insert(1, h11.Data(data=answer.body))
    return b"".join(filter(None, (connection.send(event) for event in events)))


def _presented(tls: SSL.Connection) -> tuple[bytes, ...]:
    """The certificate and those sent with it, as OpenSSL keeps them; nothing where none came.

    Not by `cryptography`, which refuses real certificates.
    """
    own = tls.get_peer_certificate()
    if own is None:
        return ()
    leaf = crypto.dump_certificate(crypto.FILETYPE_ASN1, own)
    chain = (
        crypto.dump_certificate(crypto.FILETYPE_ASN1, each)
        for each in (tls.get_peer_cert_chain() or [])[:MAX_CHAIN]
    )
    return (leaf, *(der for der in chain if der != leaf))
