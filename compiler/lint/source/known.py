"""What is known of the values of a program: how long they stay the same, and where what is volatile comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ....ir.module import LIFETIMES, Extern, Param
from ....ir.ops import Arith, Builtin, Call, Const, Gen, Host, Op, Operand, Select, Value
from ....ir.span import Span
from ....ir.structure import operands, results
from ..finding import Cause, Place
from ..layout import REQUEST, SESSION, TENANT, TURN, USER, Origin

_NAMES = (
    (r"now|time|clock|today|date", Cause.CLOCK),
    (r"search|retrieve|recall|lookup|nearest|similar|memor", Cause.RETRIEVED),
    (r"uuid|random|nonce|token_hex", Cause.RANDOM),
    (r"cwd|git|hostname|environ", Cause.HOST),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A value's rank, and its origins. `windows`: the cuts that made a list of it; `is_declared`: see `of_param`."""

    rank: int = 0
    origins: tuple[Origin, ...] = ()
    windows: tuple[Origin, ...] = ()
    is_declared: bool = True


CONSTANT = Known()


class Values:
    """What is known of every value of one program or fragment."""

    def __init__(self, externs: Iterable[Extern] = ()) -> None:
        self._known: dict[Value, Known] = {}
        self._negated: set[Operand] = set()
        self._lengths: set[Operand] = set()
        self._externs = {extern.name: extern for extern in externs}

    def of(self, operand: Operand) -> Known:
        """What is known of an operand."""
        return self._known.get(operand, CONSTANT) if isinstance(operand, Value) else CONSTANT

    def give(self, value: Value, known: Known) -> None:
        """Say what is known of a value."""
        self._known[value] = known

    def of_all(self, many: Iterable[Operand]) -> Known:
        """What is known of something that is made of several values."""
        found = [self.of(operand) for operand in many]
        return Known(
            max((k.rank for k in found), default=0),
            tuple(dict.fromkeys(o for k in found for o in k.origins)),
            tuple(dict.fromkeys(o for k in found for o in k.windows)),
            all(k.is_declared for k in found),
        )

    def names(self) -> frozenset[Value]:
        """The values of which something is known by now."""
        return frozenset(self._known)

    def op(self, op: Op) -> None:
        """Learn what an op without regions gives."""
        known = self.of_all(operands(op))
        match op:
            case Host(extern=name):
                extern = self._externs.get(name)
                is_pure = extern is not None and extern.pure
                known = (
                    known if is_pure and known.rank <= TENANT else _of_host(name, op.span, known)
                )
            case Gen() | Select():
                place = place_of(op.span)
                known = Known(
                    REQUEST, (Origin(Cause.VARYING, REQUEST, place, "what the model said"),)
                )
            case Call(program=name):
                origin = Origin(Cause.VARYING, REQUEST, place_of(op.span), f"what `{name}` gives")
                known = Known(REQUEST, (origin,))
            case Builtin(name="slice", args=(_, low, _)) if self._counts_from_end(low):
                place = place_of(op.span, "slice")
                cut = Origin(Cause.WINDOW, REQUEST, place, f"the window {_words(op.span)}")
                known = replace(known, windows=(*known.windows, cut))
            case Builtin(name="len") if known.rank >= SESSION:
                known = replace(known, rank=max(known.rank, TURN))
            case _:
                pass
        for value in results(op):
            self._known[value] = known

    def _counts_from_end(self, operand: Operand) -> bool:
        if isinstance(operand, Const):
            return isinstance(operand.value, int) and operand.value < -1
        return operand in self._negated

    def note_negation(self, op: Op) -> None:
        """Remember which values count from the end of a list; what is rounded does not slide."""
        if isinstance(op, Builtin) and op.name == "len":
            self._lengths.add(op.result)
        if isinstance(op, Arith) and (
            op.op == "neg" or (op.op == "sub" and op.args[0] in self._lengths)
        ):
            self._negated.add(op.result)


def of_param(param: Param) -> Known:
    """A parameter, by its declared lifetime. Undeclared ones are `request`, which may be meant or not."""
    rank = LIFETIMES.index(param.lifetime)
    cause = Cause.USER if rank in (TENANT, USER) else Cause.VARYING
    origin = Origin(cause, rank, place_of(param.span), f"`{param.name}` (`{param.lifetime}`)")
    return Known(rank, (origin,) if rank > 1 else (), is_declared=param.lifetime != "request")


def _of_host(name: str, span: Span | None, known: Known) -> Known:
    place = place_of(span)
    for pattern, cause in _NAMES:
        if re.search(pattern, name):
            return Known(REQUEST, (Origin(cause, REQUEST, place, f"`{name}`"),))
    return Known(
        REQUEST, (Origin(Cause.VARYING, REQUEST, place, f"what `{name}` gives"),), is_declared=False
    )


def place_of(span: Span | None, symbol: str = "") -> Place:
    """A span as a place."""
    if span is None:
        return Place("")
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return Place(span.source.name, line, column, end_line, end_column, symbol)


def _words(span: Span | None) -> str:
    text = " ".join(span.text.split()) if span else ""
    return f"`{text[:40]}`" if text else "of the newest messages"
