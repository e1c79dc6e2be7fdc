"""Python's cyclic collector, kept from walking trees that only grow: a third of the time of a large program.

What a compilation makes lives to its end and holds no cycles, so nothing is found while it is walked.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Generator[None]:
    """No collection while the block, or the function that is decorated, runs; then as before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
