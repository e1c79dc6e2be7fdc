"""Names of values in printed IR: chosen from hints, in the order of the text, unique per program."""

from __future__ import annotations

import re

from ..module import Fragment, Program
from ..ops import Value
from ..types import PROMPT
from ..uses import Uses

_AUTOMATIC = re.compile(r"[pv]\d+\Z")
_NOT_WORD = re.compile(r"\W")
_SERIAL = re.compile(r"\.\d+\Z")


def hint_of(name: str) -> str:
    """The hint that makes the printer choose `name` again: `topic` of `topic.1`, none of `p3`."""
    return "" if _AUTOMATIC.match(name) else _SERIAL.sub("", name)


class Names:
    """The names chosen so far in one program or fragment.

    A parameter's name is its own; a value with a hint is `%hint`, then `%hint.1`; without one it
    is `%p0`, `%p1` for prompts and `%v0`, `%v1` for the rest. A value that nothing uses is `_`.
    """

    def __init__(self, reserved: dict[Value, str], uses: Uses) -> None:
        self._reserved = reserved
        self._uses = uses
        self._names: dict[Value, str] = {}
        self._taken = set(reserved.values())
        self._serials: dict[str, int] = {}

    @staticmethod
    def of(owner: Program | Fragment) -> Names:
        """No names yet but those that the parameters will get."""
        return Names({param.value: param.name for param in owner.params}, Uses.of(owner))

    def define(self, value: Value) -> str:
        """Choose the name of a value at its definition."""
        if value in self._reserved:
            self._names[value] = self._reserved[value]
        elif not self._uses.is_used(value):
            return "_"
        else:
            self._names[value] = self._fresh(value)
            self._taken.add(self._names[value])
        return "%" + self._names[value]

    def of_value(self, value: Value) -> str:
        """The name of a value where it is used; one that was never defined says so."""
        return "%" + self._names.get(value, f"?{_clean(value.hint)}")

    def _fresh(self, value: Value) -> str:
        hint = _clean(value.hint)
        if not hint:
            return self._numbered("p" if value.type == PROMPT else "v")
        if hint not in self._taken:
            return hint
        return self._numbered(hint + ".", first=1)

    def _numbered(self, stem: str, first: int = 0) -> str:
        number = self._serials.get(stem, first)
        while f"{stem}{number}" in self._taken:
            number += 1
        self._serials[stem] = number + 1
        return f"{stem}{number}"


def _clean(hint: str) -> str:
    """A hint as a name: word characters only, and never like a name that we choose ourselves."""
    word = _NOT_WORD.sub("_", hint)
    if word[:1].isdigit() or _AUTOMATIC.match(word) or word == "_":
        word = f"{word}_" if not word[:1].isdigit() else f"_{word}"
    return word
