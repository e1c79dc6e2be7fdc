"""The plan: what the compiler hands to the runtime, and all that the runtime knows of a program.

A plan is data: msgspec structs, strict, versioned, JSON on disk, nothing executable. Programs are
step lists over numbered registers; values in registers are JSON values and prompt states. Pure
expressions are small tagged trees that `expressions.py` evaluates.

Written by `compiler/planner`, read by the executor, `explain` and the server. Imports without torch.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

PLAN_VERSION = 2


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every part of a plan: immutable, and unknown fields are an error."""


# --- expressions (pure, bounded; names of operators are those of ir.ops; `span`: where one can fail) -


class Ref(Struct, frozen=True, tag="ref"):
    """The value of a register."""

    register: int


class Lit(Struct, frozen=True, tag="lit"):
    """A JSON constant."""

    value: Any


class FormatExpr(Struct, frozen=True, tag="format"):
    """The concatenated text forms of the parts."""

    parts: list[Expr]
    span: SourceSpan | None = None


class ListExpr(Struct, frozen=True, tag="list"):
    """A list (of prompts, too)."""

    items: list[Expr]


class RecordExpr(Struct, frozen=True, tag="record"):
    """A record in field order."""

    names: list[str]
    values: list[Expr]


class FieldExpr(Struct, frozen=True, tag="field"):
    """A field of a record."""

    record: Expr
    name: str
    span: SourceSpan | None = None


class IndexExpr(Struct, frozen=True, tag="index"):
    """An element of a list (also of a list of prompts) or a character of a string."""

    items: Expr
    index: Expr
    span: SourceSpan | None = None


class CompareExpr(Struct, frozen=True, tag="compare"):
    """A comparison; `op` as in `ir.ops.CompareOp`."""

    op: str
    left: Expr
    right: Expr
    span: SourceSpan | None = None


class ArithExpr(Struct, frozen=True, tag="arith"):
    """Arithmetic; `op` as in `ir.ops.ArithOp`."""

    op: str
    args: list[Expr]
    span: SourceSpan | None = None


class BuiltinExpr(Struct, frozen=True, tag="builtin"):
    """One of the fixed pure functions of `ir.values.BUILTINS`."""

    name: str
    args: list[Expr]
    span: SourceSpan | None = None


Expr = (
    Ref
    | Lit
    | FormatExpr
    | ListExpr
    | RecordExpr
    | FieldExpr
    | IndexExpr
    | CompareExpr
    | ArithExpr
    | BuiltinExpr
)


# --- steps ---------------------------------------------------------------------------------------


class Body(Struct, frozen=True):
    """A region: its argument registers, its steps, and what it yields."""

    args: list[int]
    steps: list[Step]
    yields: list[Expr]


class MarkSpan(Struct, frozen=True):
    """`text[start:end]` is a turn marker. `tools`: those that the turn hands to the template."""

    start: int
    end: int
    role: str
    edge: Literal["begin", "end"]
    tools: Any = None


class RootStep(Struct, frozen=True, tag="root"):
    """An empty prompt."""

    out: int
    bos: bool = True
    node: int = 0


class TextStep(Struct, frozen=True, tag="text"):
    """Append a literal; `node` is the prefix node at which the longer prompt ends."""

    out: int
    prompt: Expr
    text: str
    node: int
    plain: bool = False
    marks: list[MarkSpan] = []


class InsertStep(Struct, frozen=True, tag="insert"):
    """Append the text form of a value; its control tokens are plain text."""

    out: int
    prompt: Expr
    value: Expr
    node: int
    span: SourceSpan | None = None


class SectionsStep(Struct, frozen=True, tag="sections"):
    """Append sections one after the other; each body takes a prompt and yields it, longer.

    They stand in the order of `bodies`, unless a batch job fixed another for the row: `batch` is the
    number under which it says so. `node` is where the last of them ends as they stand.
    """

    out: int
    prompt: Expr
    bodies: list[Body]
    batch: int
    node: int


class TurnStep(Struct, frozen=True, tag="turn"):
    """Open or close a turn, where the template is rendered whole per call (PFX502)."""

    out: int
    prompt: Expr
    role: str
    edge: Literal["begin", "end"]
    node: int
    tools: Expr | None = None


class EchoStep(Struct, frozen=True, tag="echo"):
    """Append what `after` has behind `before`, without white space at the edges that are trimmed.

    Where `prompt` says the same as `before` and nothing is taken away, the result is `after`, nodes and all.
    """

    out: int
    prompt: Expr
    before: Expr
    after: Expr
    node: int
    left: bool = False
    right: bool = False


class ImageStep(Struct, frozen=True, tag="image"):
    """Append an image."""

    out: int
    prompt: Expr
    image: Expr
    node: int
    span: SourceSpan | None = None


class GenStep(Struct, frozen=True, tag="gen"):
    """A call of the gen family `family`. `dynamic`: parameters whose value is computed.

    `speculative`: it is started before something that may still end the program; counted apart.
    """

    family: int
    prompt: Expr
    out_value: int
    out_prompt: int | None = None
    out_samples: int | None = None
    indices: list[Expr] = []
    dynamic: list[tuple[str, Expr]] = []
    speculative: bool = False


class SelectStep(Struct, frozen=True, tag="select"):
    """A call of the select family `family`; `speculative` as of a gen."""

    family: int
    prompt: Expr
    choices: Expr
    out_value: int
    out_prompt: int
    indices: list[Expr] = []
    speculative: bool = False


class EvalStep(Struct, frozen=True, tag="eval"):
    """Evaluate a pure expression."""

    out: int
    expr: Expr


class CollectStep(Struct, frozen=True, tag="collect"):
    """A comprehension; the body's argument is the item, it yields value and keep."""

    out: int
    items: Expr
    body: Body
    span: SourceSpan | None = None


class IfStep(Struct, frozen=True, tag="if"):
    """Run one of two bodies."""

    outs: list[int]
    cond: Expr
    then: Body
    orelse: Body
    span: SourceSpan | None = None


class ForStep(Struct, frozen=True, tag="for"):
    """Loop; body arguments are index, item, carried. `heads`: the prefix nodes at which an iteration begins."""

    outs: list[int]
    items: Expr
    inits: list[Expr]
    body: Body
    heads: list[int] = []
    span: SourceSpan | None = None


class WhileStep(Struct, frozen=True, tag="while"):
    """Loop; `cond` arguments are the carried, body arguments are index, carried."""

    outs: list[int]
    inits: list[Expr]
    cond: Body
    body: Body
    limit: Expr
    heads: list[int] = []
    span: SourceSpan | None = None


class ForkStep(Struct, frozen=True, tag="fork"):
    """Arms; `group` names the group whose shared prefix, that of `prompt`, is sent first."""

    outs: list[int]
    items: Expr | None
    bodies: list[Body]
    group: int | None = None
    prompt: Expr | None = None
    span: SourceSpan | None = None


class TogetherStep(Struct, frozen=True, tag="together"):
    """Steps that do not depend on each other and start at once."""

    steps: list[Step]


class HostStep(Struct, frozen=True, tag="host"):
    """Call a host function."""

    out: int
    extern: str
    args: list[Expr]
    pure: bool = False
    span: SourceSpan | None = None


class CallStep(Struct, frozen=True, tag="call"):
    """Run another program of the plan."""

    out: int
    program: str
    args: list[Expr]
    site: str
    indices: list[Expr] = []


class PrefetchStep(Struct, frozen=True, tag="prefetch"):
    """Warm a prompt, all but its last position; `node` is where it ends."""

    prompt: Expr
    speculative: bool = False
    node: int = -1


class RetainStep(Struct, frozen=True, tag="retain"):
    """Hint: used again after `next_use` calls; `pin`: do not evict."""

    prompt: Expr
    next_use: int = 0
    pin: bool = False


class ReleaseStep(Struct, frozen=True, tag="release"):
    """Hint: not used again."""

    prompt: Expr


class ReturnStep(Struct, frozen=True, tag="return"):
    """The program's result."""

    value: Expr


Step = (
    RootStep
    | TextStep
    | InsertStep
    | SectionsStep
    | TurnStep
    | EchoStep
    | ImageStep
    | GenStep
    | SelectStep
    | EvalStep
    | CollectStep
    | IfStep
    | ForStep
    | WhileStep
    | ForkStep
    | TogetherStep
    | HostStep
    | CallStep
    | PrefetchStep
    | RetainStep
    | ReleaseStep
    | ReturnStep
)


# --- tables --------------------------------------------------------------------------------------


class SourceSpan(Struct, frozen=True):
    """A place in the user's file: 1-based line and column, and the text that stands there."""

    file: str
    line: int
    column: int
    text: str = ""


class PrefixNode(Struct, frozen=True):
    """One edge of the prefix tree, named by its end.

    `ids` are the token ids that the node settles after its parent (None when they depend on
    values: a hole). Text after the last safe seam settles in a child. `parents` has more than one
    entry where control flow joins. `lifetime` is the shortest lifetime on the edge. `tokens` is how many tokens
    the edge's text has; an estimate where `ids` is None, and 0 where nothing is known before the run. The text
    of a join at the head of a loop says how often the loop runs, that of a hole which value stands there.
    `free`: it stands in sections that a batch may order; the path that leads to it is that of the default order.
    """

    id: int
    kind: Literal["root", "text", "insert", "image", "turn", "gen", "select", "join"]
    parents: list[int]
    ids: list[int] | None
    text: str = ""
    lifetime: str = "const"
    span: SourceSpan | None = None
    tokens: int = 0
    free: bool = False


class Family(Struct, frozen=True):
    """All calls that one source call site can make.

    `node`: the prefix node of its prompt; `out_node`: of its result. `cached_at`: the prediction,
    given an empty cache and the plan's order: the cached prefix of a call ends at the deepest of these
    nodes on the call's own path that this row has asked about or sent before (nowhere when none is). For
    a gen or select node that position is all that the engine fed: everything but the call's last generated
    token. For others it reaches into the text after the last seam as far as an earlier call's ids agree.
    `cached_anywhere`: they are too many to list, and any node on the path may be one.
    `expected` are those of them at which calls end when loops and forks run at least once; -1: at none.
    """

    id: int
    program: str
    site: str
    kind: Literal["gen", "select"]
    node: int
    out_node: int
    cached_at: list[int]
    cached_anywhere: bool = False
    expected: list[int] = []
    name: str = ""
    sampling: dict[str, Any] = {}
    constraint: tuple[str, str, str] | None = None
    method: str = ""
    value_type: str = "str"
    wave: int = 0
    span: SourceSpan | None = None


class Group(Struct, frozen=True):
    """The calls of a fork and the prefix that they share; the prefix is sent once, first.

    `expected`: where the cached part of that prefix ends, as in `Family`.
    """

    id: int
    node: int
    families: list[int]
    expected: list[int] = []


LIFETIMES = ("const", "release", "day", "tenant", "user", "session", "turn", "request")
"""How long a value may live, the longest first: those of `ir.module`."""


class Parameter(Struct, frozen=True):
    """A parameter of a program. `default`: a 1-element list, or none."""

    name: str
    type: str
    register: int
    lifetime: str = "request"
    default: list[Any] = []


class PlanProgram(Struct, frozen=True):
    """One program: signature and steps. `schema` is the JSON schema of its parameters."""

    name: str
    parameters: list[Parameter]
    result: str
    steps: list[Step]
    registers: int
    doc: str = ""


class HostBinding(Struct, frozen=True):
    """A host function that must be bound by name before the run; `total`: the program says that it does not fail."""

    name: str
    parameters: list[tuple[str, str]]
    result: str
    pure: bool = False
    total: bool = False


class OddContent(Struct, frozen=True):
    """Contents of a role that the chat template may change: those of a kind, or those that hold a marker."""

    role: Literal["system", "user", "assistant", "tool", "thinking", "call"]
    kind: str
    marker: str = ""


class TargetInfo(Struct, frozen=True):
    """What the plan is specialised to; running on another tokenizer or template is an error.

    `arguments` and `date` are those that the chat template was given. `odd`: which contents it may show in another
    way than planned, so that a run looks at them.
    """

    name: str
    tokenizer: str
    template: str
    approximate: bool = False
    whole_render: bool = False
    arguments: dict[str, Any] = {}
    date: str = ""
    odd: list[OddContent] = []


class Plan(Struct, frozen=True):
    """A compiled module. `entry` is the program that `run` starts."""

    version: int
    target: TargetInfo
    entry: str
    programs: list[PlanProgram]
    nodes: list[PrefixNode]
    families: list[Family]
    groups: list[Group] = []
    hosts: list[HostBinding] = []
    level: int = 1
    source: str = ""
