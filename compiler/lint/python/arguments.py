"""What a call is given."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from .building import splice
from .expressions import evaluate
from .frames import Frame
from .holding import join, taints_in
from .listings import FAN_OUT, FAN_OUT_METHODS
from .machine import Run
from .places import dotted
from .values import Choice, Const, DictV, Ext, ListV, Method, Opaque, Value


@dataclass(slots=True)
class Arguments:
    """The arguments of a call: positional ones, named ones, and what `**` brought that isn't known."""

    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    rest: Value | None = None


def fans_out(callee: Value, node: ast.Call) -> bool:
    name = callee.name if isinstance(callee, Ext) else ""
    if name in FAN_OUT:
        return True
    last = dotted(node.func).rpartition(".")[2]
    return (
        isinstance(callee, Opaque | Method) and last in FAN_OUT_METHODS and "." in dotted(node.func)
    )


def arguments_of(run: Run, frame: Frame, node: ast.Call) -> Arguments:
    given = Arguments()
    spread = ListV("tuple")
    for each in node.args:
        if isinstance(each, ast.Starred):
            splice(spread, evaluate(run, frame, each.value))
            given.args += [i.value for i in spread.items]
        else:
            given.args.append(evaluate(run, frame, each))
    for keyword in node.keywords:
        value = evaluate(run, frame, keyword.value)
        if keyword.arg is not None:
            given.kwargs[keyword.arg] = value
        else:
            _spread(given, value)
    return given


def _spread(given: Arguments, value: Value) -> None:
    match value:
        case DictV(fields=fields, rest=rest):
            given.kwargs |= {key: held for key, held in fields.items() if isinstance(key, str)}
            given.rest = rest or given.rest
            if value.shape | value.as_text:
                label = value.key.label if isinstance(value.key, Opaque) else ""
                given.rest = Opaque(taints_in(value) - value.shape, value.shape, label=label)
        case Choice(options=options, taints=taints):
            for option in options:
                if isinstance(option, DictV):
                    for key, held in option.fields.items():
                        if isinstance(key, str):
                            given.kwargs[key] = join([given.kwargs.get(key), held], taints)
        case Const(value=None):
            pass
        case _:
            given.rest = value
