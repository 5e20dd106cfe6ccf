"""Answers from the network within a time; what was answered, and who was not there, is kept."""

import math
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from guiche.trust.request import ClientError, Request

if TYPE_CHECKING:
    from guiche.trust.client import Client

LONGEST = 6 * 3600.0
"""Seconds that an answer is kept: a revocation must not stay unheard for the weeks of a CRL."""

SECONDS = 10.0
"""For all the questions of a verdict: somebody waits for it."""


class Cache:
    """Answers in a folder, for `longest` seconds each. What is in it is judged anew each time."""

    def __init__(
        self, folder: Path, *, longest: float = LONGEST, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self.longest = longest
        self.clock = clock

    def get(self, request: Request) -> bytes | None:
        """The answer kept for that question, None where there is none that is young enough."""
        path = self._path(request)
        try:
            age = self.clock() - path.stat().st_mtime
            return path.read_bytes() if 0 <= age <= self.longest else None
        except OSError:
            return None

    def put(self, request: Request, answer: bytes) -> None:
        """Keeps an answer and drops old ones; a folder that cannot be written keeps nothing."""
        path = self._path(request)
        new = path.with_suffix(f".{os.getpid()}.new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.drop_old()
            new.write_bytes(answer)
            now = self.clock()
            os.utime(new, (now, now))
            new.replace(path)
        except OSError:
            return

    def drop_old(self) -> int:
        """Deletes what is too old to be used; how many."""
        if not self.folder.is_dir():
            return 0
        old = [
            path
            for path in self.folder.iterdir()
            if self.clock() - path.stat().st_mtime > self.longest
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, request: Request) -> Path:
        question = request.url.encode() + b"\0" + (request.body or b"")
        return self.folder / f"{sha256(question).hexdigest()}.answer"


class Failed:
    """Servers that gave no answer, not asked again for `longest` seconds; threads may share it.

    What answered badly is known by its address alone: the next one of that server may be good.
    """

    def __init__(
        self, longest: float = math.inf, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.longest = longest
        self.clock = clock
        self._known: dict[str, tuple[float, ClientError]] = {}

    def of(self, url: str) -> ClientError | None:
        """Why it is not worth asking there."""
        known = self._known
        for place in (_server(url), url.split("?")[0]):
            if place in known and self.clock() < known[place][0]:
                error = known[place][1]
                # A new one each time: what is raised again keeps the frames of all who raised it.
                return ClientError(error.code, error.message)
        return None

    def add(self, url: str, error: ClientError) -> None:
        """Remembers one, and forgets those whose time is over."""
        now = self.clock()
        gave_none = error.code in ("too_slow", "unreachable")
        place = _server(url) if gave_none else url.split("?")[0]
        young = {key: value for key, value in self._known.items() if now < value[0]}
        failed = ClientError(error.code, error.message)
        self._known = young | {place: (now + self.longest, failed)}


class Online:
    """Asks through a guarded client, `seconds` in all, counted from its first question."""

    def __init__(
        self,
        client: "Client",
        cache: Cache | None = None,
        *,
        seconds: float = SECONDS,
        failed: Failed | None = None,
    ) -> None:
        """With no seconds only earlier answers are told; what `failed` is not asked again."""
        self.client = client
        self.cache = cache
        self.seconds = seconds
        self.failed = failed or Failed()
        self._ends: float | None = None

    def kept(self, request: Request) -> bytes | None:
        """An earlier answer to the same question."""
        return self.cache.get(request) if self.cache else None

    def ask(self, request: Request) -> bytes:
        """A new answer. Raises `ClientError`."""
        if error := self.failed.of(request.url):
            raise error
        left = self._left()
        if left <= 0:
            raise ClientError(
                "too_slow", "não houve tempo de perguntar à AC. Tente de novo daqui a um minuto."
            )
        try:
            return self.client.fetch(request, left)
        except ClientError as error:
            # Who was given less time than anybody else is not to blame.
            if left >= self.client.seconds:
                self.failed.add(request.url, error)
            raise

    def keep(self, request: Request, answer: bytes) -> None:
        """For the next one: only what was found authentic, so that a forgery blocks nobody."""
        if self.cache:
            self.cache.put(request, answer)

    def _left(self) -> float:
        now = time.monotonic()
        if self._ends is None:
            self._ends = now + self.seconds
        return self._ends - now


def _server(url: str) -> str:
    """Where it is asked: `http` to the port of `https` fails at a server that is well."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return url  # which no client asks
    return f"{parts.scheme}://{(parts.hostname or '').rstrip('.')}:{port}"
