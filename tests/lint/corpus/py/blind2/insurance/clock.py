"""Human readable durations."""
import time

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def elapsed(since: float) -> str:
    seconds = int(time.time() - since)  # want: PFX101 PFX201
    for size, name in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
