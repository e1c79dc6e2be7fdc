"""The names that are in reach where a random function is being written, by kind, and the dice that decide."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable


class Names:
    """What a statement is written from. `seen` counts the constructs that the function has.

    `block(size)` writes statements; whoever writes them puts it there.
    """

    block: Callable[[int], list[str]]

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.names: dict[str, list[str]] = {
            "str": ["a"], "int": ["n"], "list": ["xs"], "maybe": [], "tuple": ["t"], "dict": ["d"],
        }  # fmt: skip
        self.fresh = 0
        self.gens = 0
        self.depth = 0
        self.loops = 0

    def pick(self, kind: str) -> str:
        """A name of a kind, or a constant of it."""
        constants = {
            "str": ["'w'", "'stop'", "'b c'"],
            "int": ["1", "3", "-2"],
            "list": ["['u', 'v']"],
        }
        found = [*self.names[kind], *constants.get(kind, [])]
        return self.random.choice(found)

    def new(self, kind: str) -> str:
        """A name of a kind: a new one, or one that is bound again."""
        mine = [each for each in self.names[kind] if each not in ("a", "n", "xs", "t", "d")]
        if mine and self.random.random() < 0.4:
            return self.random.choice(mine)
        self.fresh += 1
        name = f"{kind[0]}{self.fresh}"
        self.bound(kind, name)
        return name

    def bound(self, kind: str, name: str) -> None:
        """A name is in reach from here on; what a branch binds is so only perhaps."""
        where = kind if self.depth == 0 or self.random.random() < 0.5 else "maybe"
        if name not in self.names[where]:
            self.names[where].append(name)

    def pick_bound(self, kind: str) -> str:
        return self.random.choice(self.names[kind])

    def forget_unless_in(self, text: str, before: set[str]) -> None:
        """Names that were thought of, and are not there."""
        words = set(re.findall(r"\w+", text)) | before
        for kind, found in self.names.items():
            self.names[kind] = [name for name in found if name in words]


def indented(lines: list[str]) -> list[str]:
    """Lines one level deeper."""
    return ["    " + line for line in lines]
