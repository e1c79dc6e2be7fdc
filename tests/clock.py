"""What a piece of work costs its thread, whatever else the process does and holds.

Other threads' work does not count, nor do the garbage collector's passes: behind thousands of tests one of them takes
longer than what is measured.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Cost:
    seconds: float = 0.0
    """Of a processor; known when the work is over."""


@contextmanager
def processor_time() -> Iterator[Cost]:
    """Measure what is done inside, if it raises, too."""
    cost, collects = Cost(), gc.isenabled()
    gc.disable()
    started = time.thread_time()
    try:
        yield cost
    finally:
        cost.seconds = time.thread_time() - started
        if collects:
            gc.enable()
