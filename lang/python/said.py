"""What was appended to a state since a place, as a text: it goes along as a variable of the state.

So branches, loops and arms carry it as they carry any variable. Called by `appending`, `methods` and `forks`.
"""

from __future__ import annotations

import ast

from ...ir.ops import Const, Format, Operand, Value
from ...ir.types import STR
from .context import Lowering
from .parts import MARKUP, TextPart
from .scope import StateData, Variable

_PREFIX = "$said:"
_COUNT = "$count:"
ARM = "arm"
"""The label of what an arm was appended since it left its parent."""


def is_hidden(name: str) -> bool:
    """Whether a variable of a state is none of the program's."""
    return name.startswith((_PREFIX, _COUNT))


def count_of(site: str) -> str:
    """The name of the variable that says how often a call was reached."""
    return _COUNT + site


def key(label: str) -> str:
    """The name of the variable."""
    return _PREFIX + label


def begin(data: StateData, label: str) -> None:
    """Remember from here on what is appended."""
    data.variables[key(label)] = Variable(Const("", STR))


def grow(low: Lowering, state: int, text: Operand | None, node: ast.AST) -> None:
    """Something was appended; what is no text can't be remembered as one."""
    data = low.state(state)
    for name in [name for name in data.variables if name.startswith(_PREFIX)]:
        if text is None:
            raise low.refuse("SGL0506", node, "the text of turns or images is asked for")
        made = Format(result=Value(STR, "said"), parts=(data.variables[name].value, text))
        data.variables[name] = Variable(low.emit_on(state, made, node).result)


def check_literal(low: Lowering, state: int, part: TextPart) -> None:
    """Refuse a literal with markup in an arm whose text is appended elsewhere, where it would be none."""
    is_markup = not part.plain and not MARKUP.isdisjoint(part.text)
    if is_markup and key(ARM) in low.state(state).variables:
        raise low.refuse("SGL0506", part.node, "markup in an arm that is joined as text")


def end(data: StateData, label: str) -> Operand | None:
    """What was appended since; nothing when nobody remembered."""
    found = data.variables.pop(key(label), None)
    return found.value if found is not None else None


def forgotten(data: StateData) -> StateData:
    """A state that goes on as an arm, and remembers nothing of what its parent does."""
    for name in [name for name in data.variables if is_hidden(name)]:
        del data.variables[name]
    return data
