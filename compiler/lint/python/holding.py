"""What values hold and become: their taints, and one value for several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import REQUEST
from .taints import NONE, Hole, Part, Taint, Taints
from .values import Choice, ClassInfo, Const, DictV, ListV, Method, Obj, Opaque, Text, Value


def taints_in(value: Value | None, depth: int = 6) -> Taints:
    """Every taint in a value, however deep."""
    if value is None or depth < 0 or isinstance(value, Const):
        return NONE
    match value:
        case Text(parts=parts):
            return union(p.taints for p in parts if isinstance(p, Hole))
        case Opaque(taints=taints, shape=shape):
            return taints | shape
        case ListV(items=items, shape=shape, as_text=text):
            return union([shape, text, *(taints_in(i.value, depth - 1) for i in items)])
        case DictV(fields=fields, rest=rest, shape=shape, as_text=text):
            inner = [taints_in(v, depth - 1) for v in fields.values()]
            return union([shape, text, taints_in(rest, depth - 1), *inner])
        case Choice(options=options, taints=taints):
            return union([taints, *(taints_in(o, depth - 1) for o in options)])
        case Method(receiver=receiver) if not _is_of_object(receiver):
            return taints_in(receiver, depth - 1)
        case Obj(cls=cls, attrs=attrs) if is_record(cls):
            return union(taints_in(v, depth - 1) for v in attrs.values())
        case _:
            return NONE


def _is_of_object(value: Value) -> bool:
    """Whether something is an object of the project, or an attribute of one that nobody set."""
    return isinstance(value, Obj) or (isinstance(value, Method) and _is_of_object(value.receiver))


def is_record(cls: ClassInfo) -> bool:
    """Whether instances are data that can be written out, by fields of its own: a service is never text itself.

    What does more than it holds is a service, though it declares its fields: an agent, a crew, a client.
    """
    line = cls.line()
    fields = sum(len(each.annotations) for each in line)
    does = sum(not name.startswith("__") for each in line for name in each.methods)
    return fields > 0 and does <= fields


def is_fixed(value: Value) -> bool:
    """Whether a value stays the same for a release, as far as that is known."""
    match value:
        case Const() | Opaque(is_fixed=True):
            return True
        case ListV(items=items):
            return all(is_fixed(item.value) for item in items)
        case _:
            return False


def union(many: Iterable[Taints]) -> Taints:
    """All taints of several sets."""
    found: Taints = NONE
    for each in many:
        if each:
            found = found | each if found else each
    return found


def shape_of(value: Value | None) -> Taints:
    """The taints of a value's order and extent."""
    match value:
        case ListV(shape=shape) | DictV(shape=shape) | Opaque(shape=shape):
            return shape
        case Choice(options=options):
            return union(shape_of(each) for each in options)
        case _:
            return NONE


def extent_of(value: Value | None) -> Taints:
    """The taints of a value's order and extent; what decides which of several lists it is says what is in it."""
    if not isinstance(value, Choice):
        return shape_of(value)
    chosen = (replace(t, flag=t.flag or "choice") for t in value.taints)
    return shape_of(value) | frozenset(chosen)


def picked(taint: Taint, place: Place) -> Taint:
    """What is chosen by what a person asks: other things for another question."""
    what = f"what is chosen by {taint.what}"
    return replace(
        taint,
        cause=Cause.RETRIEVED,
        rank=REQUEST,
        what=what,
        flag="picked",
        place=place,
        path=(taint.place,),
    )


def text_taints_of(value: Value | None) -> Taints:
    """The taints that a container has once it is written out."""
    match value:
        case ListV(as_text=taints) | DictV(as_text=taints):
            return taints
        case Choice(options=options):
            return union(text_taints_of(each) for each in options)
        case _:
            return NONE


def decided(values: Iterable[Value | None], taints: Taints) -> Value:
    """One value for several of which a condition takes one.

    What the condition varies with counts only where the arms write different text: that the model is asked at all,
    or which unknown value it reads, is no text.
    """
    options = list(values)
    if taints and not _writes(options):
        taints = frozenset(replace(t, flag=t.flag or "choice") for t in taints)
        taints = taints if _are_unknown(options) else NONE
    return join(options, taints)


def _are_unknown(options: Iterable[Value | None]) -> bool:
    """Whether unknown values, or a yes and a no, are told apart: which it is matters to a set of tools alone."""
    return len({_told_by(each) for each in options}) > 1


def _told_by(value: Value | None) -> str:
    """What tells an answer from another one that is not written anywhere."""
    match value:
        case Opaque(label=label):
            return label
        case Const(value=bool(said)):
            return str(said)
        case _:
            return ""


def _writes(options: Iterable[Value | None]) -> bool:
    return any(
        isinstance(each, Text | ListV | DictV | Choice)
        or (isinstance(each, Const) and type(each.value) in (str, int, float))
        for each in options
    )


def join(values: Iterable[Value | None], taints: Taints = NONE) -> Value:
    """One value for several that may hold."""
    options: list[Value] = []
    for value in values:
        if value is None:
            continue
        if isinstance(value, Choice):
            taints |= value.taints
            options += [each for each in value.options if not _is_among(each, options)]
        elif not _is_among(value, options):
            options.append(value)
    if not options:
        return Const(None)
    if len(options) == 1 and not taints:
        return options[0]
    return Choice(options[:8], taints)


def _is_among(value: Value, options: list[Value]) -> bool:
    """Whether one of several values is the same; only constants and texts are by what they say."""
    for each in options:
        if value is each or (isinstance(value, Const | Text) and _same(value, each)):
            return True
    return False


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, Const) and isinstance(other, Const):
        return type(one.value) is type(other.value) and one.value == other.value
    if not isinstance(one, Text) or not isinstance(other, Text):
        return False
    return len(one.parts) == len(other.parts) and all(map(_says_same, one.parts, other.parts))


def _says_same(one: Part, other: Part) -> bool:
    """Whether two parts are the same text, whatever way it took."""
    if not isinstance(one, Hole) or not isinstance(other, Hole):
        return one == other
    return one.label == other.label and _origins(one.taints) == _origins(other.taints)


def _origins(taints: Taints) -> set[tuple[Cause, Place, str]]:
    return {(t.cause, t.place, t.flag) for t in taints}
