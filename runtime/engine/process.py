"""What the engine needs of the process it lives in: OpenMP teams that spin, and freed memory that stays mapped.

Neither is arithmetic, and on a small CPU each costs as much: a decode step is hundreds of short parallel regions, and
every block of attention scores is a fresh buffer of megabytes.
"""

import contextlib
import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import torch

T = TypeVar("T")

# Names and numbers of glibc's malloc.h. A threshold above 32 MiB is refused.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
_SETTINGS = (
    (_MMAP_THRESHOLD, 32 << 20),
    (_TRIM_THRESHOLD, 512 << 20),
    (_TOP_PAD, 16 << 20),
    (_ARENA_MAX, 1),
)


def in_a_passing_thread(work: Callable[[], T]) -> T:
    """Do work that uses torch in a thread that ends with it, and with the thread its OpenMP team.

    libgomp keeps one team of workers for every thread that ever opened a parallel region. When all of them together
    outnumber the processors, it stops spinning at barriers and sleeps instead, for the rest of the process: decode
    steps then take up to twice as long. So a caller's thread must not get a team of its own.
    """
    with ThreadPoolExecutor(1, "sglc-load") as executor:
        return executor.submit(work).result()


def leave_torch_one_thread() -> None:
    """Let this thread do its torch operations alone, and leave those of other threads as they are.

    Where the C kernels do all that is large, what is left to torch is short, and a team of OpenMP's would cost more
    than it does: its barriers wait for every thread, also for one that other processes keep off the processor.
    """
    torch.get_num_threads()  # it sets the number when a thread first asks, and would set it again
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).omp_set_num_threads(1)


@cache
def keep_freed_memory() -> bool:
    """Let malloc keep the buffers of a step for the next one; whether this C library can.

    By default glibc maps a large buffer anew each time and unmaps it when it is freed, and the first touch of every
    page is a fault. Blocks over 32 MiB (weights, the pool) still go back to the system at once. There is one heap for
    all threads, so that a buffer freed by one serves another. It counts for the whole process, and can't be taken back.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return False
    return all([mallopt(name, value) == 1 for name, value in _SETTINGS])
