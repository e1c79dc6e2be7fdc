"""Model calls to `gen` and `select` ops: constant options in the op, computed ones beside it."""

from __future__ import annotations

from typing import Any

from ...ir.ops import Const, Gen, MakeList, Operand, Select, Value
from ...ir.sampling import Constraint, Sampling
from ...ir.types import FLOAT, PROMPT, STR, ListType, Type
from ..check.expressions.options import CONSTRAINTS, GEN_OPTIONS
from ..check.facts import GenCall, SelectCall
from ..syntax import nodes as s
from .values import ValueLowering

_TEXT_LISTS = ("stop", "stop_regex")


class CallLowering(ValueLowering):
    """Lowers the calls that ask the model."""

    def ask(self, call: s.Call, name: str, samples: str = "") -> tuple[Operand, Operand | None]:
        """Ask the model; the answer, and the samples' prompts if they are wanted."""
        fact = self.facts.calls[call]
        if isinstance(fact, SelectCall):
            return self._select(call, fact, name), None
        assert isinstance(fact, GenCall)
        return self._gen(call, fact, name, samples)

    def prompt(self) -> Operand:
        """The prompt as it stands."""
        assert self.frame.prompt is not None
        return self.frame.prompt

    def _select(self, call: s.Call, fact: SelectCall, name: str) -> Operand:
        if fact.listed is not None:
            choices = self.value(fact.listed)
        else:
            choices = self._choices(call, [self.value(choice) for choice in fact.choices])
        prompt, value = Value(PROMPT), Value(self.kind(call), name)
        site = self.sites.next()
        op = Select(
            prompt, value, self.prompt(), choices, site, self.frame.indices,
            fact.method, name, span=call.span,  # pyright: ignore[reportArgumentType]
        )  # fmt: skip
        self.emit(op)
        self.frame.prompt = prompt
        return value

    def _choices(self, call: s.Call, operands: list[Operand]) -> Operand:
        if all(isinstance(operand, Const) for operand in operands):
            values = [operand.value for operand in operands if isinstance(operand, Const)]
            return Const(values, ListType(STR))
        return self.emit(MakeList(Value(ListType(STR)), tuple(operands), span=call.span)).result

    def _gen(
        self, call: s.Call, fact: GenCall, name: str, samples: str
    ) -> tuple[Operand, Operand | None]:
        fixed, dynamic, constraint = self._options(fact)
        has_n = "n" in fact.options
        if constraint is None and fact.answer != STR and not _is_dynamic_constraint(dynamic):
            constraint = Constraint("type", str(fact.answer))
        kind: Type = ListType(fact.answer) if has_n else fact.answer
        value = Value(kind, name)
        prompt = None if has_n else Value(PROMPT)
        prompts = Value(ListType(PROMPT), samples) if samples else None
        site = self.sites.next()
        op = Gen(
            prompt, value, self.prompt(), site, self.frame.indices, Sampling(**fixed), constraint,
            tuple(dynamic), prompts, name, span=call.span,
        )  # fmt: skip
        self.emit(op)
        if prompt is not None:
            self.frame.prompt = prompt
        return value, prompts

    def _options(
        self, fact: GenCall
    ) -> tuple[dict[str, Any], list[tuple[str, Operand]], Constraint | None]:
        """Fields of `Sampling`, computed parameters, and the constraint if it is constant."""
        fixed: dict[str, Any] = {}
        dynamic: list[tuple[str, Operand]] = []
        constraint: Constraint | None = None
        for name, expr in fact.options.items():
            operand = self.value(expr)
            if not isinstance(operand, Const):
                dynamic.append((name, self._as_list(name, operand, expr)))
            elif name in CONSTRAINTS:
                constraint = Constraint(name, str(operand.value))  # pyright: ignore[reportArgumentType]
            else:
                fixed[name] = _fixed(name, operand.value)
        return fixed, dynamic, constraint

    def _as_list(self, name: str, operand: Operand, expr: s.Expr) -> Operand:
        """A computed option; one text where several may stand becomes a list."""
        if name in _TEXT_LISTS and not isinstance(operand.type, ListType):
            return self.emit(MakeList(Value(ListType(STR)), (operand,), span=expr.span)).result
        return operand


def _fixed(name: str, value: object) -> object:
    """A constant as the field of `Sampling` wants it."""
    if isinstance(GEN_OPTIONS[name].type, ListType):
        return tuple(value) if isinstance(value, list) else (value,)
    if GEN_OPTIONS[name].type == FLOAT and isinstance(value, int):
        return float(value)
    return value


def _is_dynamic_constraint(dynamic: list[tuple[str, Operand]]) -> bool:
    return any(name in CONSTRAINTS for name, _ in dynamic)
