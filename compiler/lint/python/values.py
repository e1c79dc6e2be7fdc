"""Abstract values: what is known of a Python value without running anything.

Text keeps its order: literals and holes. Containers keep what was put into them. Everything carries taints:
where something volatile came from, so that a sink can say what it was and which way it took.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ..finding import Cause, Place
from ..layout import SESSION

MAX_PATH = 6
_NUMBERS = itertools.count(1)
MAX_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Taint:
    """Something volatile: its cause, the rank of its lifetime, its origin, and the places it passed.

    `loops`: the loops that were running when it came about. `needs`: it only varies inside this loop.
    `settles`: loops whose rounds find it settled. `flag`: a word for whoever takes it away again.
    """

    cause: Cause
    rank: int
    place: Place
    what: str
    path: tuple[Place, ...] = ()
    loops: tuple[int, ...] = ()
    needs: int = 0
    settles: tuple[int, ...] = ()
    flag: str = ""

    def through(self, place: Place) -> Taint:
        """The same after passing another place."""
        if len(self.path) >= MAX_PATH or (self.path and self.path[-1].line == place.line):
            return self
        return replace(self, path=(*self.path, place))


Taints = frozenset[Taint]
NONE: Taints = frozenset()


@dataclass(frozen=True, slots=True)
class Lit:
    """Literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Text that isn't known. `label`: the expression; `is_element`: of a replayed list."""

    taints: Taints = NONE
    label: str = ""
    is_element: bool = False


Part = Lit | Hole


@dataclass(frozen=True, slots=True)
class Const:
    """A constant of any type."""

    value: object
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Text in parts."""

    parts: tuple[Part, ...]


@dataclass(eq=False, slots=True)
class Opaque:
    """A value that isn't known. `shape`: taints of its order or extent as a list, not of its text.

    `parent` and `index`: an element of a list of messages (`last`, `head`, `all`). `cls`: its class by annotation.
    """

    taints: Taints = NONE
    shape: Taints = NONE
    label: str = ""
    cls: ClassInfo | None = None
    item: Value | None = None
    parent: Opaque | ListV | None = None
    index: str = ""
    is_reply: bool = False
    is_copy: bool = False


@dataclass(slots=True)
class Item:
    """An item of a list; `many`: any number of such."""

    value: Value
    many: bool = False
    added: Place | None = None
    """Where it was added under a condition."""


@dataclass(eq=False, slots=True)
class ListV:
    """A list, tuple, set or generator. `shape`: see `Opaque`. `as_text`: taints that count once it is text.

    `persists`: it outlives the call (an attribute, a global, a parameter). `loops`: those running at its birth.
    """

    kind: str = "list"
    items: list[Item] = field(default_factory=list)
    shape: Taints = NONE
    as_text: Taints = NONE
    persists: bool = False
    loops: tuple[int, ...] = ()
    is_copy: bool = False
    born: int = field(default_factory=_NUMBERS.__next__)

    def add(self, value: Value, many: bool = False, added: Place | None = None) -> None:
        """Append, within bounds."""
        if len(self.items) < MAX_ITEMS:
            self.items.append(Item(value, many, added))


@dataclass(eq=False, slots=True)
class DictV:
    """A dictionary: known keys in order, and what stands for all others."""

    fields: dict[object, Value] = field(default_factory=dict)
    rest: Value | None = None
    shape: Taints = NONE
    as_text: Taints = NONE
    rewrites: Taint | None = None
    index: str = ""
    persists: bool = False
    loops: tuple[int, ...] = ()


@dataclass(eq=False, slots=True)
class Obj:
    """An instance of a class of the project. `is_symbolic`: it stands for any instance, long built."""

    cls: ClassInfo
    attrs: dict[str, Value] = field(default_factory=dict)
    is_symbolic: bool = False


@dataclass(eq=False, slots=True)
class ClassInfo:
    """A class of the project, as read."""

    name: str
    node: ast.ClassDef
    module: ModuleInfo
    bases: list[ClassInfo] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    methods: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    mutated: dict[str, ast.AST] = field(default_factory=dict)
    grown: set[str] = field(default_factory=set)
    shrunk: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    annotations: dict[str, ast.expr] = field(default_factory=dict)
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    attrs: dict[str, Value] = field(default_factory=dict)

    def line(self) -> list[ClassInfo]:
        """The class and its bases, nearest first."""
        found: list[ClassInfo] = [self]
        for base in self.bases:
            found += [each for each in base.line() if each not in found]
        return found[:20]


@dataclass(eq=False, slots=True)
class ModuleInfo:
    """A module of the project: its tree, and its names once it was executed."""

    name: str
    file: str
    tree: ast.Module
    text: str
    is_package: bool = False
    env: dict[str, Value] = field(default_factory=dict)
    state: str = "new"
    written: set[str] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class FnV:
    """A function of the project, with the names around it, and the `self` it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: ModuleInfo
    name: str
    closure: dict[str, Value] = field(default_factory=dict)
    bound: Value | None = None
    owner: ClassInfo | None = None
    marks: frozenset[str] = frozenset()
    defaults: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class PartialV:
    """`functools.partial`."""

    func: Value
    args: list[Value]
    kwargs: dict[str, Value]


@dataclass(eq=False, slots=True)
class ClassV:
    """A class as a value."""

    info: ClassInfo


@dataclass(eq=False, slots=True)
class ModV:
    """A module of the project as a value."""

    info: ModuleInfo


@dataclass(frozen=True, slots=True)
class Ext:
    """Something of another package, by its dotted name."""

    name: str


@dataclass(eq=False, slots=True)
class Method:
    """An attribute of a value that is no object of the project."""

    receiver: Value
    name: str


@dataclass(eq=False, slots=True)
class Choice:
    """One of several values; `taints` are those of the condition."""

    options: list[Value]
    taints: Taints = NONE


@dataclass(eq=False, slots=True)
class PromptV:
    """A template of messages of a framework, with the variables that were filled in."""

    messages: ListV
    filled: dict[str, Value] = field(default_factory=dict)
    place: Place | None = None


@dataclass(eq=False, slots=True)
class AgentV:
    """An agent of a framework: its static instructions, the dynamic ones, tools, model."""

    system: list[Value] = field(default_factory=list)
    tools: Value | None = None
    model: str = ""


@dataclass(eq=False, slots=True)
class StateV:
    """The `s` of our own front end: what was appended so far."""

    messages: ListV


Value = (
    Const
    | Text
    | Opaque
    | ListV
    | DictV
    | Obj
    | FnV
    | PartialV
    | ClassV
    | ModV
    | Ext
    | Method
    | Choice
    | PromptV
    | AgentV
    | StateV
)


def taints_in(value: Value | None, depth: int = 6) -> Taints:
    """Every taint in a value, however deep."""
    if value is None or depth < 0:
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
        case Method(receiver=receiver):
            return taints_in(receiver, depth - 1)
        case Obj(cls=cls, attrs=attrs) if is_record(cls):
            return union(taints_in(v, depth - 1) for v in attrs.values())
        case _:
            return NONE


def is_record(cls: ClassInfo) -> bool:
    """Whether instances are data that can be written out, by fields of its own: a service is never text itself."""
    return any(each.annotations for each in cls.line())


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
    return join(options, taints if taints and _writes(options) else NONE)


def _writes(options: Iterable[Value | None]) -> bool:
    return any(
        isinstance(each, Text | ListV | DictV | Choice)
        or (isinstance(each, Const) and isinstance(each.value, str))
        for each in options
    )


def join(values: Iterable[Value | None], taints: Taints = NONE) -> Value:
    """One value for several that may hold."""
    options: list[Value] = []
    for value in values:
        if value is None:
            continue
        inner = value.options if isinstance(value, Choice) else [value]
        taints |= value.taints if isinstance(value, Choice) else NONE
        options += [each for each in inner if not any(_same(each, o) for o in options)]
    if not options:
        return Const(None)
    if len(options) == 1 and not taints:
        return options[0]
    return Choice(options[:8], taints)


def _same(one: Value, other: Value) -> bool:
    if one is other:
        return True
    if isinstance(one, Const) and isinstance(other, Const):
        return type(one.value) is type(other.value) and one.value == other.value
    return isinstance(one, Text) and isinstance(other, Text) and one == other


Change = Callable[[Taints], Taints]


def _changed(value: Value, change: Change, memo: dict[int, Value]) -> Value:
    """A copy whose taints are changed, shared parts once."""
    if id(value) in memo:
        return memo[id(value)]
    match value:
        case Text(parts=parts):
            return Text(tuple(_changed_part(p, change) for p in parts))
        case Opaque():
            return replace(value, taints=change(value.taints), shape=change(value.shape))
        case ListV():
            made = replace(
                value, items=[], shape=change(value.shape), as_text=change(value.as_text)
            )
            memo[id(value)] = made
            made.items = [Item(_changed(i.value, change, memo), i.many) for i in value.items]
            return made
        case DictV():
            table = replace(
                value, fields={}, shape=change(value.shape), as_text=change(value.as_text)
            )
            memo[id(value)] = table
            table.fields = {k: _changed(v, change, memo) for k, v in value.fields.items()}
            table.rest = _changed(value.rest, change, memo) if value.rest else None
            return table
        case Obj():
            thing = replace(value, attrs={})
            memo[id(value)] = thing
            thing.attrs = {k: _changed(v, change, memo) for k, v in value.attrs.items()}
            return thing
        case Choice():
            options = [_changed(o, change, memo) for o in value.options]
            return Choice(options, change(value.taints))
        case _:
            return value


def _changed_part(part: Part, change: Change) -> Part:
    return replace(part, taints=change(part.taints)) if isinstance(part, Hole) else part


def frozen(value: Value, cap: int) -> Value:
    """A value as it is for everybody who finds it built already: no taint varies sooner than rank `cap`."""
    return _changed(value, lambda taints: capped(taints, cap), {})


def settled(value: Value, loops: tuple[int, ...]) -> Value:
    """A value that was put away in a round of these loops: later rounds find it as it is."""
    return _changed(
        value,
        lambda taints: frozenset(replace(t, settles=(*t.settles, *loops)) for t in taints),
        {},
    )


def items_of(value: ListV) -> list[Item]:
    """The items of a list as others get them: what a stored message was made of may change, and it doesn't."""
    if not value.persists:
        return list(value.items)
    return [Item(frozen(i.value, SESSION), i.many) if _moves(i.value) else i for i in value.items]


def _moves(value: Value) -> bool:
    if not isinstance(value, DictV | Choice):
        return False
    return any(t.rank > SESSION and t.cause is Cause.STATE for t in taints_in(value, 3))


_LEAST = {Cause.UNORDERED: SESSION, Cause.HASHED: SESSION, Cause.ADDRESS: SESSION}
"""What differs from process to process, however early it was computed."""


def capped(taints: Taints, cap: int) -> Taints:
    """Taints that vary no sooner than rank `cap`."""
    if not taints:
        return taints
    return frozenset(replace(t, rank=min(t.rank, max(cap, _LEAST.get(t.cause, 0)))) for t in taints)


def passed(value: Value, place: Place) -> Value:
    """A value after a place on its way (a call that gave it, a name that it got)."""
    match value:
        case Text(parts=parts) if any(isinstance(p, Hole) and p.taints for p in parts):
            return Text(
                tuple(
                    replace(p, taints=frozenset(t.through(place) for t in p.taints))
                    if isinstance(p, Hole) and p.taints
                    else p
                    for p in parts
                )
            )
        case Opaque(taints=taints) if taints and value.parent is None:
            return replace(value, taints=frozenset(t.through(place) for t in taints))
        case _:
            return value
