"""How long and how often a server is asked, and how much of an answer is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Bounds on one request, its repetitions included. Times in seconds, sizes in bytes.

    `read`: the longest silence; `deadline`: from the first try to the end of the answer. `tries`: how often it is
    sent; before the second `first_delay` passes, then twice as long each time, up to `longest_delay`, less up to a
    quarter at random, so that callers who failed together don't come back together. A server's own `Retry-After` is
    followed up to `longest_wait`. A body, and one event of a stream, are read up to `most_bytes` and `most_event`.
    """

    connect: float = 10.0
    read: float = 600.0
    deadline: float = 1800.0
    tries: int = 6
    first_delay: float = 0.5
    longest_delay: float = 8.0
    longest_wait: float = 60.0
    most_bytes: int = 64 << 20
    most_event: int = 8 << 20

    def __post_init__(self) -> None:
        if self.tries < 1 or min(self.connect, self.read, self.deadline) <= 0:
            raise ValueError("a request is sent once at least, and its times are more than 0")

    def delay(self, failures: int, chance: float) -> float:
        """Seconds before the next try after so many failures; `chance` is a random number below 1."""
        longest = min(self.longest_delay, self.first_delay * 2 ** (failures - 1))
        return longest * (1 - 0.25 * chance)
