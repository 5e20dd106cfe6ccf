"""Threads that end with the process: a call that hangs does not keep a worker from stopping."""

import queue
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock, Thread

Work = Callable[[], None]


class Crew:
    """A fixed number of threads that take work in order.

    Not `ThreadPoolExecutor`: the interpreter waits for its threads at exit, for up to the longest
    timeout of a desk.
    """

    def __init__(self, size: int) -> None:
        self._turns: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._size = size
        self._lock = Lock()
        self._waiting: dict[Hashable, deque[Work]] = defaultdict(deque)
        self._busy: Counter[Hashable] = Counter()
        for number in range(size):
            Thread(target=self._run, name=f"delivery-{number}", daemon=True).start()

    def do(self, work: Work, of: Hashable, width: int) -> None:
        """Has it done by the next free thread, with at most `width` of the same kind beside it.

        It may not raise.
        """
        with self._lock:
            self._waiting[of].append(work)
            if self._busy[of] >= width:
                return
            self._busy[of] += 1
        self._turns.put(partial(self._turn, of))

    def ready(self, of: Hashable) -> int:
        """How many pieces of a kind wait for their turn."""
        with self._lock:
            return len(self._waiting[of])

    def dismiss(self) -> None:
        """The threads end once what was given to them is done."""
        for _ in range(self._size):
            self._turns.put(None)

    def _turn(self, of: Hashable) -> None:
        """One piece; then others have theirs before the next of the same kind."""
        with self._lock:
            if not self._waiting[of]:
                self._busy[of] -= 1
                return
            work = self._waiting[of].popleft()
        work()
        self._turns.put(partial(self._turn, of))

    def _run(self) -> None:
        while turn := self._turns.get():
            turn()
