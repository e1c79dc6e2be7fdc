"""What a scheduler has done since the start, beside what it was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Numbers that only grow: steps, tasks and tokens."""

    steps: int = 0
    preempted: int = 0
    evicted: int = 0
    parked: int = 0
    guessed: int = 0
    guessed_right: int = 0
