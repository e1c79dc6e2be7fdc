"""Where the prompts of one program stand in the prefix table, and what the table calls the values in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir.module import Program
from ...ir.ops import Const, Operand, Value
from ...ir.types import holds_prompt
from ...ir.values.operations import text_form
from .lifetimes import Lifetimes
from .prefixes import PrefixTable


class Places:
    """The node of every prompt (and list of prompts) that has one. Asked and filled while steps are written."""

    def __init__(self, program: Program, table: PrefixTable) -> None:
        self.table = table
        self.lifetimes = Lifetimes(program.params, program.body)
        self._nodes: dict[Value, int] = {}
        self._names: dict[Value, str] = {}

    def __contains__(self, value: Value) -> bool:
        return value in self._nodes

    def put(self, value: Value, node: int) -> None:
        """A value stands at a node."""
        self._nodes[value] = node

    def meet(self, value: Value, many: Iterable[Operand]) -> None:
        """A value that comes from one of several prompts stands where they meet."""
        node = self.table.join(self.of_all(many)) if holds_prompt(value.type) else None
        if node is not None:
            self._nodes[value] = node

    def of(self, prompt: Operand) -> int:
        """The node of a prompt."""
        return self._nodes[prompt] if isinstance(prompt, Value) else self.table.root(True)

    def of_all(self, many: Iterable[Operand]) -> Sequence[int]:
        """The nodes of those operands that have one."""
        return [self._nodes[v] for v in many if isinstance(v, Value) and v in self._nodes]

    def call(self, value: Value, name: str) -> None:
        """Give a value a name."""
        self._names[value] = name

    def name_of(self, operand: Operand) -> str:
        """What the prefix table calls a value."""
        if isinstance(operand, Const):
            is_scalar = not isinstance(operand.value, list | dict)
            return text_form(operand.value) if is_scalar else "constant"
        return self._names.get(operand) or operand.hint or "value"
