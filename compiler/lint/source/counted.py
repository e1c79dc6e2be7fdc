"""Parameters that a loop of another program counts: another number in each of its rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ....ir.module import Module, Program
from ....ir.ops import Arith, Call, Const, Operand, Value, While
from ....ir.structure import operands, results, walk
from ....ir.types import INT
from ..finding import Cause
from ..layout import REQUEST, Origin
from .known import Known, place_of


def counted_params(module: Module, program: Program) -> Mapping[str, Known]:
    """By name: the parameters of a program which are numbers that some loop carries from round to round."""
    found: dict[str, Known] = {}
    for other in module.programs:
        for loop in walk(other.body):
            if isinstance(loop, While):
                for argument in _counted_arguments(loop, program.name):
                    param = program.params[argument]
                    what = f"`{param.name}`, which a loop counts,"
                    origin = Origin(Cause.COUNTER, REQUEST, place_of(param.span), what)
                    found[param.name] = Known(REQUEST, (origin,))
    return found


def _counted_arguments(loop: While, name: str) -> Iterator[int]:
    """Of the calls of a program in a loop: the numbers of the arguments that the loop counts."""
    counted: set[Operand] = {v for v in loop.body.args if v.type == INT}
    for op in walk(loop.body):
        if isinstance(op, Arith) and any(each in counted for each in operands(op)):
            counted |= {v for v in results(op) if isinstance(v, Value)}
        if isinstance(op, Call) and op.program == name:
            for number, argument in enumerate(op.args):
                if not isinstance(argument, Const) and argument in counted:
                    yield number
