"""Answers from the network, each asked for once, and what was answered kept for a while."""

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from guiche.trust.request import ClientError, Request

if TYPE_CHECKING:
    from guiche.trust.client import Client

LONGEST = 6 * 3600.0
"""Seconds that an answer is kept: a revocation must not stay unheard for the weeks of a CRL."""


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


class Online:
    """Asks through a guarded client; a host that failed is not asked again by this object."""

    def __init__(self, client: "Client", cache: Cache | None = None) -> None:
        self.client = client
        self.cache = cache
        self._failed: dict[str, ClientError] = {}

    def kept(self, request: Request) -> bytes | None:
        """An earlier answer to the same question."""
        return self.cache.get(request) if self.cache else None

    def ask(self, request: Request) -> bytes:
        """A new answer. Raises `ClientError`."""
        place = request.url.split("?")[0]
        if place in self._failed:
            raise self._failed[place]
        try:
            return self.client.fetch(request)
        except ClientError as error:
            self._failed[place] = error
            raise

    def keep(self, request: Request, answer: bytes) -> None:
        """For the next one: only what was found authentic, so that a forgery blocks nobody."""
        if self.cache:
            self.cache.put(request, answer)
