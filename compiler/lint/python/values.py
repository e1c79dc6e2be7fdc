"""Abstract values: what is known of a Python value without running anything.

Text keeps its order: literals and holes. Containers keep what was put into them. Everything carries taints:
where something volatile came from, so that a sink can say what it was and which way it took.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import MutableMapping
from dataclasses import dataclass, field

from ..finding import Place
from .atoms import Const, Contents, Ext, Text
from .taints import NONE, Taint, Taints

_NUMBERS = itertools.count(1)
MAX_ITEMS = 200


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
    is_fixed: bool = False
    """See `Hole`."""

    contents: Contents | None = None
    """What was put into it, where the program makes it; it counts where it is written out."""

    signature: Value | None = None
    """What says which fields it is called with, and in which order they are written."""


@dataclass(slots=True)
class Item:
    """An item of a list; `many`: any number of such."""

    value: Value
    many: bool = False
    added: Place | None = None
    """Where it was added under a condition."""

    is_same: bool = False
    """Whether it is one and the same, however often it comes."""


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
    parent: ListV | Opaque | None = None
    """The history that it is a part of."""

    is_growing: bool = False
    """Whether an answer comes to it in each round of a loop that runs: then it is a history."""

    born: int = field(default_factory=_NUMBERS.__next__)

    def add(
        self, value: Value, many: bool = False, added: Place | None = None, is_same: bool = False
    ) -> None:
        """Append, within bounds."""
        if len(self.items) < MAX_ITEMS:
            self.items.append(Item(value, many, added, is_same))


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
    place: Place | None = None
    """Where it is written, if it holds a breakpoint."""

    factory: Value | None = None
    """What makes a value for a key that is missing."""

    key: Value | None = None
    """What stands for the keys that aren't known."""


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
    begins: dict[str, str] = field(default_factory=dict)
    """Attributes that are a word, a flag or a member of an enumeration at first, and which, as written."""
    reordered: dict[str, ast.AST] = field(default_factory=dict)
    """Attributes in which what was used last comes to stand last, and where."""
    annotations: dict[str, ast.expr] = field(default_factory=dict)
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    attrs: dict[str, Value] = field(default_factory=dict)
    setters: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    meta: ClassInfo | None = None
    method_defaults: dict[str, dict[str, Value]] = field(default_factory=dict)
    """By method: what its parameters are without an argument, as computed when the class was made."""

    closure: MutableMapping[str, Value] = field(default_factory=dict)
    """The names around the class, where a function makes it."""

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
    counted: dict[str, ast.AST] = field(default_factory=dict)
    """Globals that functions count up or down, and where."""

    totals: dict[str, ast.AST] = field(default_factory=dict)
    """Global tables in which functions count, and where."""


@dataclass(eq=False, slots=True)
class FnV:
    """A function of the project, with the names around it, and the `self` it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: ModuleInfo
    name: str
    closure: MutableMapping[str, Value] = field(default_factory=dict)
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
    is_method: bool = False


@dataclass(eq=False, slots=True)
class ClassV:
    """A class as a value."""

    info: ClassInfo


@dataclass(eq=False, slots=True)
class SuperV:
    """`super()`: an object, seen from behind one of its classes."""

    receiver: Obj
    after: ClassInfo


@dataclass(eq=False, slots=True)
class ModV:
    """A module of the project as a value."""

    info: ModuleInfo


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
    is_arm: bool = False
    """Whether it is one of several that go on from the same state: each begins where that was."""


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
    | SuperV
    | ModV
    | Ext
    | Method
    | Choice
    | PromptV
    | AgentV
    | StateV
)
