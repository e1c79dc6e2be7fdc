"""The sections."""
import datetime

from .registry import section

RULES = "You keep the diary of a ship. Write in the past tense. " * 80


@section(10)
def clock() -> str:
    return f"Ship's time {datetime.datetime.now():%H:%M:%S}"  # want: PFX101 PFX201


@section(20)
def rules() -> str:
    return RULES
