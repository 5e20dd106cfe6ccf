"""Threads that end with the process: a call that hangs does not keep a worker from stopping."""

import queue
from collections.abc import Callable
from threading import Thread


class Crew:
    """A fixed number of threads that take work in order.

    Not `ThreadPoolExecutor`: the interpreter waits for its threads at exit, for up to the longest
    timeout of a desk.
    """

    def __init__(self, size: int) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._size = size
        for number in range(size):
            Thread(target=self._run, name=f"delivery-{number}", daemon=True).start()

    def do(self, work: Callable[[], None]) -> None:
        """Has it done by the next free thread. It may not raise."""
        self._work.put(work)

    def dismiss(self) -> None:
        """The threads end once what was given to them is done."""
        for _ in range(self._size):
            self._work.put(None)

    def _run(self) -> None:
        while work := self._work.get():
            work()
