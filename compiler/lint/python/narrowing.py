"""What a name holds where `isinstance` was asked of it: of several values those of the type, or the others."""

from __future__ import annotations

import ast

from .frames import Frame
from .values import Choice, ClassV, Const, DictV, ListV, Obj, Opaque, Text, Value

_TYPES = frozenset("str bytes int float bool list tuple set frozenset dict".split())


def narrowed(frame: Frame, test: ast.expr) -> tuple[str, Value, Value] | None:
    """The name that a test asks the type of, and what it holds where it is of the type, and where it isn't."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            found = narrowed(frame, inner)
            return (found[0], found[2], found[1]) if found else None
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), types]):
            asked = types.elts if isinstance(types, ast.Tuple) else [types]
            return _told(frame, name, frame.env.get(name), asked)
        case _:
            return None


def _told(
    frame: Frame, name: str, value: Value | None, asked: list[ast.expr]
) -> tuple[str, Value, Value] | None:
    if isinstance(value, Choice):
        return _parted(frame, name, value, asked)
    answer = _is_of_any(frame, value, asked) if isinstance(value, Obj) else None
    if value is None or answer is None:
        return None
    other = Opaque(
        label=name
    )  # an object that is only known by its annotation may be something else
    return (name, value, other) if answer else (name, other, value)


def _parted(
    frame: Frame, name: str, value: Choice, asked: list[ast.expr]
) -> tuple[str, Value, Value] | None:
    answers = [_is_of_any(frame, option, asked) for option in value.options]
    if None not in answers and len(set(answers)) == 1:
        return None
    having = [o for o, a in zip(value.options, answers, strict=True) if a is not False]
    others = [o for o, a in zip(value.options, answers, strict=True) if not a]
    return (name, _one_of(value, having), _one_of(value, others)) if having and others else None


def _one_of(value: Choice, options: list[Value]) -> Value:
    if len(options) == len(value.options):
        return value
    return options[0] if len(options) == 1 and not value.taints else Choice(options, value.taints)


def _is_of_any(frame: Frame, value: Value, types: list[ast.expr]) -> bool | None:
    """Whether a value is of one of some types; None where that isn't known."""
    answers = [_is_of(frame, value, each) for each in types]
    return True if True in answers else None if None in answers else False


def _is_of(frame: Frame, value: Value, asked: ast.expr) -> bool | None:
    if not isinstance(asked, ast.Name):
        return None
    if asked.id in _TYPES:
        kind = _type_of(value)
        return _is_kind(kind, asked.id) if kind else None
    held = frame.env.get(asked.id) or frame.outer.get(asked.id) or frame.module.env.get(asked.id)
    if not isinstance(held, ClassV):
        return None
    if isinstance(value, Obj):
        return any(each is held.info for each in value.cls.line())
    return (
        False if _type_of(value) and not any(each.external for each in held.info.line()) else None
    )


def _is_kind(kind: str, asked: str) -> bool:
    return kind == asked or (kind == "bool" and asked == "int")


def _type_of(value: Value) -> str:
    """The name of the builtin type that a value is of, where that is known."""
    match value:
        case Text():
            return "str"
        case Const(value=held):
            return type(held).__name__
        case ListV(kind="list" | "tuple" | "set" as kind):
            return kind
        case DictV():
            return "dict"
        case Obj(cls=cls) if not any(_is_builtin(n) for c in cls.line() for n in c.external):
            return "object"
        case _:
            return ""


def _is_builtin(name: str) -> bool:
    """Whether a class of another package is, or may be, one of the builtin types."""
    last = name.rpartition(".")[2]
    return last.lower().removeprefix("user") in _TYPES or last in _ALSO


_ALSO = frozenset(
    {"OrderedDict", "TypedDict", "NamedTuple", "deque", "defaultdict", "Enum", "StrEnum", "IntEnum"}
)
