"""Another time of day and another day, for as long as a block runs: the clocks that Python code reads are moved."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def shifted_clock(days: int = 0, seconds: int = 0) -> Iterator[None]:
    """Move `time` and `datetime` in every module that holds them."""
    shift = days * 86_400 + seconds
    moved = {**_functions(shift), **_classes(shift)}
    changed: list[tuple[dict[str, Any], str, Any]] = []
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if not isinstance(names, dict) or getattr(module, "__name__", "") == __name__:
            continue
        for name, value in list(names.items()):
            replacement = moved.get(id(value))
            if replacement is not None:
                changed.append((names, name, value))
                names[name] = replacement
    try:
        yield
    finally:
        for names, name, value in changed:
            names[name] = value


def _functions(shift: int) -> dict[int, Callable[..., Any]]:
    """Replacements of the functions of `time`, by the identity of what they replace."""
    real_time, real_ns, real_format = time.time, time.time_ns, time.strftime
    real_local, real_gm, real_text = time.localtime, time.gmtime, time.ctime

    def moved(seconds: float | None = None) -> float:
        return real_time() + shift if seconds is None else seconds

    return {
        id(real_time): lambda: real_time() + shift,
        id(real_ns): lambda: real_ns() + shift * 10**9,
        id(real_local): lambda seconds=None: real_local(moved(seconds)),
        id(real_gm): lambda seconds=None: real_gm(moved(seconds)),
        id(real_text): lambda seconds=None: real_text(moved(seconds)),
        id(real_format): lambda pattern, t=None: real_format(pattern, t or real_local(moved())),
    }


def _classes(shift: int) -> dict[int, type]:
    """Replacements of `datetime` and `date`."""
    real_datetime, real_date = dt.datetime, dt.date
    delta = dt.timedelta(seconds=shift)

    class Moved(real_datetime):
        """A datetime whose `now` is another."""

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return real_datetime.now(tz) + delta

        @classmethod
        def utcnow(cls) -> Any:
            return real_datetime.now(dt.UTC).replace(tzinfo=None) + delta

        @classmethod
        def today(cls) -> Any:
            return real_datetime.now() + delta

    class MovedDate(real_date):
        """A date whose `today` is another."""

        @classmethod
        def today(cls) -> Any:
            return (real_datetime.now() + delta).date()

    return {id(real_datetime): Moved, id(real_date): MovedDate}
