from __future__ import annotations

from typing import NamedTuple

from .clock import elapsed
from .terms import PRODUCT_TERMS


class Case(NamedTuple):
    number: str
    opened: float  # epoch seconds

    @property
    def age(self) -> str:
        return elapsed(self.opened)


def header(case: Case) -> str:
    return f"Case {case.number}, waiting for {case.age}"


def system_prompt(case: Case) -> str:
    return "\n\n".join(filter(None, [header(case), PRODUCT_TERMS]))  # want: PFX101 PFX201
