"""What a template knows while it is written out: variables, macros, modules, and where a node of it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import nodes

from ..finding import Place
from ..python.values import Value

Macro = Callable[[Sequence[Value], Mapping[str, Value]], Value]
"""What writes a macro's text for its arguments."""


@dataclass
class Scope:
    """The names of a template, and its file; `inline`: the line of a program in which all of it stands."""

    file: str
    values: dict[str, Value]
    macros: dict[str, Macro] = field(default_factory=dict)
    modules: dict[str, Scope] = field(default_factory=dict)
    inline: Place | None = None
    offset: int = 0

    def place(self, node: nodes.Node) -> Place:
        """Where a node stands."""
        return self.inline or Place(self.file, self.offset + node.lineno)
