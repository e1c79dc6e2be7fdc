"""Contents that a template does not show as they are: which it trims, and which it looks into.

A content is tried in every role and kind that is known to trip templates up. What a template does to white space
at the edges is learned; other kinds that it changes are *odd*: a run looks out for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .words import Role

_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_MARKUP = re.compile(r"(?=.*[<>\[\]|])\S{2,30}")
_MOST_MARKERS = 64


@dataclass(frozen=True, slots=True)
class Trim:
    """What a template does to the contents of a role: white space taken from the left, the right, or both."""

    left: bool = False
    right: bool = False

    def apply(self, text: str) -> str:
        """The content as the template shows it."""
        text = text.lstrip() if self.left else text
        return text.rstrip() if self.right else text


TRIMS = tuple(Trim(left, right) for left in (False, True) for right in (False, True))
EDGES = " \n {}\t\n "
_KINDS: dict[str, tuple[tuple[str, ...], Callable[[str], bool]]] = {
    "empty": (("", "\n"), lambda text: not text.strip()),
    "edges": ((EDGES, "\n{}", "{} "), lambda text: text != text.strip()),
    "lines": (("{}\n\n{}",), lambda text: "\n" in text.strip()),
    "signs": (
        ("{{{{ {} }}}} <b>&amp; \"'\\n", '{{"a": {}}}'),
        lambda text: bool(set("{}<>&\"'\\") & set(text)),
    ),
}
"""For each kind of content what it is tried with, and how a run knows it."""


@dataclass(frozen=True, slots=True, order=True)
class Odd:
    """Contents of `role` that a template may change: those of a kind, or those that hold `marker`."""

    role: Role
    kind: str
    marker: str = ""

    def holds(self, role: str, content: str) -> bool:
        """Whether a turn's content is of this kind."""
        if role != self.role:
            return False
        return self.marker in content if self.marker else _KINDS[self.kind][1](content)


def kinds_of(source: str, role: Role) -> Iterator[tuple[Odd, tuple[str, ...]]]:
    """The kinds of content to try in a role, each with patterns of such contents."""
    for kind, (patterns, _) in _KINDS.items():
        yield Odd(role, kind), patterns
    for marker in markers_of(source):
        shown = marker.replace("{", "{{").replace("}", "}}")
        yield (
            Odd(role, "markup", marker),
            (f"{shown}\n{{}}", f"{{}}{shown}\n\n{{}}", f"{{}}\n{shown}"),
        )


def markers_of(source: str) -> list[str]:
    """The texts that a template may look for in contents: its literals that look like markup."""
    found: dict[str, None] = {}
    for match in _LITERAL.finditer(source):
        text = next(group for group in (*match.groups(), "") if group is not None)
        text = text.replace("\\n", "\n").strip()
        if _MARKUP.fullmatch(text):
            found.setdefault(text)
    return list(found)[:_MOST_MARKERS]
