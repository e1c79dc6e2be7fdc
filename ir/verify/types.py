"""The verifier's types: what each operand may be, and that prompts are used as prompts alone."""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostic import Diagnostic
from ..infer import has_samples, region_arg_types, result_types
from ..module import Module, Program
from ..ops import (
    Arith,
    Builtin,
    Call,
    Collect,
    Compare,
    Const,
    Echo,
    For,
    Fork,
    Format,
    Gen,
    GetField,
    Host,
    If,
    Image,
    Index,
    Insert,
    MakeList,
    MakeRecord,
    Op,
    Operand,
    Pick,
    Prefetch,
    Release,
    Retain,
    Return,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
    Yield,
)
from ..structure import regions, results, walk
from ..types import (
    ANY,
    IMAGE,
    INT,
    PROMPT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
    holds_prompt,
    is_hidden,
    literal_kind,
)
from .problem import Owner, problem

PROMPTS = ListType(PROMPT)
_Check = Iterator[tuple[Operand, Type]]
"""Operands and the type that each must fit."""


def check_types(module: Module, owner: Owner) -> Iterator[Diagnostic]:
    """Everything that has the wrong type in one body."""
    for op in walk(owner.body):
        for code, headline in _op_problems(module, owner, op):
            yield problem(code, owner, headline, op)
    if isinstance(owner, Program):
        yield from _param_problems(owner)
    elif owner.body.args[0].type != PROMPT:
        yield problem("1103", owner, "a fragment's first argument is a prompt")


def _param_problems(owner: Program) -> Iterator[Diagnostic]:
    for param in owner.params:
        if holds_prompt(param.value.type):
            yield problem("1106", owner, f"parameter `{param.name}` is a prompt")


def _op_problems(module: Module, owner: Owner, op: Op) -> Iterator[tuple[str, str]]:
    for prompt in _prompt_operands(op):
        if prompt.type != PROMPT or isinstance(prompt, Const):
            yield "1103", f"{_shown(prompt)} is not a prompt"
    misused = [operand for operand in _value_operands(op) if holds_prompt(operand.type)]
    for operand in misused:
        yield "1106", f"{_shown(operand)} is a prompt, which is no value"
    for operand, wanted in _wanted(module, owner, op):
        if operand not in misused and not fits(wanted, operand.type):
            yield "1103", f"{_shown(operand)} is a `{operand.type}`, not a `{wanted}`"
    yield from _shape_problems(op)
    yield from _result_problems(op)


def fits(wanted: Type, given: Type) -> bool:
    """Whether `given` may stand for `wanted`; `any` never stands for a prompt."""
    if holds_prompt(wanted) or holds_prompt(given):
        return wanted == given or given == ListType(ANY) == wanted
    return accepts(wanted, given)


def _shown(operand: Operand) -> str:
    return f"`%{operand.hint}`" if isinstance(operand, Value) else f"`{operand.value!r}`"


def _prompt_operands(op: Op) -> tuple[Operand, ...]:
    match op:
        case Text() | Insert() | Turn() | Image() | Use() | Unordered():
            return (op.prompt,)
        case Echo():
            return op.prompt, op.before, op.after
        case Prefetch() | Retain() | Release():
            return (op.prompt,)
        case Gen() | Select():
            return (op.source,)
        case _:
            return ()


def _value_operands(op: Op) -> tuple[Operand, ...]:
    """Operands that may be anything but prompts."""
    match op:
        case Format():
            return op.parts
        case Insert():
            return (op.value,)
        case Image():
            return (op.image,)
        case MakeRecord():
            pairs = zip(op.names, op.values, strict=False)
            return tuple(value for name, value in pairs if not is_hidden(name))
        case GetField():
            return (op.record,)
        case Index():
            return (op.items,)
        case Compare():
            return op.left, op.right
        case Arith(args=args) | Builtin(args=args) | Host(args=args) | Call(args=args):
            return args if not isinstance(op, Builtin) or op.name != "len" else ()
        case Use():
            return op.args
        case If():
            return (op.cond,)
        case Return():
            return (op.value,)
        case Gen():
            return tuple(value for _, value in op.dynamic)
        case _:
            return ()


def _wanted(module: Module, owner: Owner, op: Op) -> _Check:
    """Operands with a type of their own."""
    match op:
        case Gen() | Select() | Use() | Call():
            yield from ((index, INT) for index in op.indices)
            yield from _call_operands(module, op)
        case Host():
            yield from _args(module.extern(op.extern).params, op.args)
        case Pick():
            yield op.prompts, PROMPTS
            yield op.index, INT
        case Index():
            yield op.index, INT
        case While():
            yield op.limit, INT
            yield from _carried(op)
        case For():
            yield from _carried(op)
        case If():
            for block in (op.then, op.orelse):
                yield from _against(op.results, block.ops[-1])
        case Fork():
            yield from _fork_yields(op)
        case Unordered():
            for block in op.sections:
                yield from ((value, PROMPT) for value in _yielded(block.ops[-1]))
        case Return() if isinstance(owner, Program):
            yield op.value, owner.result
        case Image():
            if op.image.type != STR:
                yield op.image, IMAGE
        case _:
            pass


def _call_operands(module: Module, op: Gen | Select | Use | Call) -> _Check:
    match op:
        case Select():
            yield op.choices, ListType(STR)
        case Use():
            params = module.fragment(op.fragment).params
            yield from _args(tuple((p.name, p.value.type) for p in params), op.args)
        case Call():
            params = module.program(op.program).params
            yield from _args(tuple((p.name, p.value.type) for p in params), op.args)
        case Gen():
            return


def _args(params: tuple[tuple[str, Type], ...], args: tuple[Operand, ...]) -> _Check:
    yield from ((arg, kind) for (_, kind), arg in zip(params, args, strict=False))


def _yielded(op: Op) -> tuple[Operand, ...]:
    return op.values if isinstance(op, Yield) else ()


def _against(values: tuple[Value, ...], end: Op) -> _Check:
    yield from ((given, value.type) for value, given in zip(values, _yielded(end), strict=False))


def _carried(op: For | While) -> _Check:
    """What goes around a loop: initial values and yields fit the arguments and the results."""
    skip = 2 if isinstance(op, For) else 1
    args = op.body.args[skip:]
    yield from ((init, arg.type) for init, arg in zip(op.inits, args, strict=False))
    yield from _against(args, op.body.ops[-1])
    yield from ((arg, value.type) for arg, value in zip(args, op.results, strict=False))
    if isinstance(op, While):
        yield from ((arg, other.type) for arg, other in zip(args, op.cond.args, strict=False))


def _fork_yields(op: Fork) -> _Check:
    if op.items is None:
        values = tuple(value for body in op.bodies for value in _yielded(body.ops[-1]))
        yield from ((given, to.type) for to, given in zip(op.results, values, strict=False))
        return
    for to, given in zip(op.results, _yielded(op.bodies[0].ops[-1]), strict=False):
        yield given, to.type.item if isinstance(to.type, ListType) else ANY


def _shape_problems(op: Op) -> Iterator[tuple[str, str]]:
    """Operands that must be a scalar, a list, a record with a field, or something to index."""
    match op:
        case Insert(value=value):
            yield from _scalar(value)
        case Format(parts=parts):
            for part in parts:
                yield from _scalar(part)
        case For(items=items) | Collect(items=items) | Fork(items=Value() | Const() as items):
            if not isinstance(items.type, ListType) and items.type != ANY:
                yield "1103", f"{_shown(items)} is a `{items.type}`, not a list"
        case GetField(record=record, name=name):
            kind = record.type.item if isinstance(record.type, OptionalType) else record.type
            if kind != ANY and not (isinstance(kind, RecordType) and kind.field(name)):
                yield "1103", f"{_shown(record)} has no field `{name}`"
        case Index(items=items):
            if not _is_sequence(items.type):
                yield "1103", f"{_shown(items)} is a `{items.type}`, which has no elements"
        case MakeList(items=items):
            prompts = [item for item in items if holds_prompt(item.type)]
            if prompts and len(prompts) < len(items):
                yield "1106", "a list holds prompts and other values"
        case _:
            pass


def _scalar(operand: Operand) -> Iterator[tuple[str, str]]:
    kind = operand.type.item if isinstance(operand.type, OptionalType) else operand.type
    if isinstance(kind, ListType | RecordType) or kind == IMAGE:
        yield "1103", f"{_shown(operand)} is a `{operand.type}`, which has no text form"


def _is_sequence(kind: Type) -> bool:
    if isinstance(kind, UnionType):
        kind = literal_kind(kind)
    return isinstance(kind, ListType) or kind in (STR, ANY)


def _result_problems(op: Op) -> Iterator[tuple[str, str]]:
    """Declared types of results and region arguments that can't be what they are."""
    if isinstance(op, Gen) and (op.prompt is None) != has_samples(op):
        yield "1113", "a gen has no prompt exactly if `n` is given"
        return
    pairs = list(zip(results(op), result_types(op), strict=False))
    for region, types in zip(regions(op), region_arg_types(op), strict=False):
        pairs.extend(zip(region.args, types, strict=False))
    for value, known in pairs:
        if not (fits(value.type, known) or fits(known, value.type) or known == ANY):
            yield "1103", f"`%{value.hint}` is declared `{value.type}` and is a `{known}`"
