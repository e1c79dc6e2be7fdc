"""Memory for weights that a thread writes to ahead of who takes it: pages come when they are first written to.

A virtual machine's host takes up to two seconds to give a gigabyte. Importing torch takes a second of one processor, in
which another can wait for it. The pages are written to, not asked for with `MADV_POPULATE_WRITE`: that holds the
process's map, for which whoever loads a library waits.

    0 ........... taken ......... at ........ end ............ size
    |-- handed out --|-- written --|-- now ----|-- not yet -----|

Nothing here imports torch.
"""

import ctypes
import mmap
import threading
from contextlib import suppress

STEP = 16 << 20  # written at once; who takes it meanwhile waits
HUGE_PAGE = 2 << 20


class Ahead:
    """One stretch of large pages, handed out from its start."""

    def __init__(self, size: int) -> None:
        self._map = pages(size)
        self._begin = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
        self._taken = self._at = self._end = 0
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="sglc-memory", daemon=True)
        self._thread.start()

    def take(self, size: int) -> tuple[mmap.mmap, int] | None:
        """Where `size` bytes are that nobody else has, in large pages; None where no more are left."""
        with self._changed:
            start, end = self._taken, self._taken + size
            if end > len(self._map):
                return None
            self._taken = end  # what is written from now on lies behind
            self._changed.wait_for(lambda: end <= self._at or self._end <= start)
            return self._map, start

    def close(self) -> None:
        """Write no more, and give back what was not taken."""
        with self._changed:
            self._is_closed = True
        self._thread.join()
        rest = -(-self._taken // HUGE_PAGE) * HUGE_PAGE
        self._taken = len(self._map)
        if rest < len(self._map):
            with suppress(AttributeError, OSError):
                self._map.madvise(mmap.MADV_DONTNEED, rest)

    def _write(self) -> None:
        while self._choose():
            ctypes.memset(self._begin + self._at, 0, self._end - self._at)  # other threads run
            with self._changed:
                self._at = self._end
                self._changed.notify_all()

    def _choose(self) -> bool:
        """What is written next: nothing that anybody has; whether there is any."""
        with self._changed:
            self._at = max(self._end, -(-self._taken // HUGE_PAGE) * HUGE_PAGE)
            more = 0 if self._is_closed else STEP
            self._end = min(self._at + more, len(self._map))
            return self._at < self._end


def pages(size: int) -> mmap.mmap:
    """Memory of its own, in large pages where the system has them; nothing is written to it."""
    made = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(AttributeError, OSError):  # another system, or a kernel without them
        made.madvise(mmap.MADV_HUGEPAGE)
    return made
