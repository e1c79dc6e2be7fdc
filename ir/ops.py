"""The operations of the IR, and what may be done to them.

A program is a block of operations in SSA form. A *prompt* is a value like any other:
`text` and `insert` give a longer prompt, `gen` and `select` give a longer prompt and what
the model said, and **forking is using one prompt twice**. Nothing here is mutable and no
operation knows its users (`Uses.of(block)` computes them). Operands are values or inline
constants; there is no constant operation.

What may be reordered, duplicated or dropped. Passes ask `effects(op)`, never an op's name:

- `Effect` empty (pure): may be dropped when unused (its failure with it), duplicated, merged with an
  equal one, and moved anywhere its operands are bound. A pure op can still *fail* (an index out of
  range), so it never moves to a place where it would run although it did not run before.
- `APPENDS`: makes a prompt from a prompt. As pure as the above: it sends nothing.
- `MODEL`: asks the model. May be dropped when none of its results is used; may be merged
  with a call on the same prompt value with equal parameters *if it is not `SAMPLED`*; may be
  moved relative to what cannot fail; never duplicated.
- `SAMPLED` (always with `MODEL`): as above, but two of them are never merged. What it draws
  depends on (`site`, `indices`) alone, so moving it changes nothing.
- `HOST`: runs the user's code with effects. Never dropped, duplicated, merged, or
  reordered with another `HOST` op of the same block; arms of one fork are unordered.
  A host op declared `pure` has no effect flag, and is never run speculatively. One declared `total`
  has effects and does not fail: calls need not wait for it.
- `HINT`: tells the runtime something; values never depend on it. May be dropped always.
- `CONTROL`: ends a block (`yield`, `return`). Stays last.

What can fail is a guard (`ir/failure.py`): a call or an effect behind it is not started before it is done,
so that a program that fails has asked no more, and done no more, than it says. At `-O2` a call may be
started before a guard; then it is marked `speculative` and counted apart.

An op with regions has the effects of everything inside, and its regions may use any value that is
bound before the op in an enclosing block.

`site` names the call in the *source*: `"4"`, or `"7.4"` for call 4 of a fragment used at 7.
`indices` are the loop and arm indices around it, outermost first. Together with the row
and the run's seed they fix a sampled call's seed, whatever passes do (DESIGN 3, Defaults).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .sampling import Constraint, Sampling, SelectMethod
from .span import Span
from .types import Type
from .values.limits import Json as Json


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One SSA value. Equality is identity; `hint` is only for printing."""

    type: Type
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Const:
    """An inline constant operand."""

    value: Json
    type: Type


Operand = Value | Const


Effects = int
"""A set of effects: bits of `Effect`. Plain numbers, because passes ask for them more than for anything else."""


class Effect:
    """What an op does besides giving values; see the module's docstring."""

    APPENDS: Final = 1
    MODEL: Final = 2
    SAMPLED: Final = 4
    HOST: Final = 8
    HINT: Final = 16
    CONTROL: Final = 32


PURE: Effects = 0

Role = Literal["system", "user", "assistant", "tool", "thinking", "call"]
"""Inside of the assistant's turn: `thinking`, at its beginning, is what the model thinks before it answers; `call`, at
its end, is the call of a tool."""
Edge = Literal["begin", "end"]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """An ordered tuple of ops; the last one is its terminator (`Yield` or `Return`).

    `known`: what was found out about the ops inside, which never changes (`known_of`).
    """

    args: tuple[Value, ...]
    ops: tuple[Op, ...]
    known: dict[object, Any] = field(default_factory=dict[object, Any], init=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BaseOp:
    """What every op has: where it came from."""

    span: Span | None = None


# --- prompts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Root(BaseOp):
    """The empty prompt. `bos`: a raw completion, which starts as the tokenizer starts a text."""

    result: Value
    bos: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[start:end]` is a turn marker that the template made, and all that its `Turn` said.

    Of the text and its marks the conversation can be put together again, for `messages()` and for the template.
    `tools`: those that the turn brings, as JSON text; empty where it brings none.
    """

    start: int
    end: int
    role: Role
    edge: Edge
    tools: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Text(BaseOp):
    """Append a literal. Control tokens in it count, unless `plain`."""

    result: Value
    prompt: Operand
    text: str
    plain: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Insert(BaseOp):
    """Append a scalar value as text (JSON text form; strings as they are). Never control tokens."""

    result: Value
    prompt: Operand
    value: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Turn(BaseOp):
    """Open or close a chat turn. `render-turns` replaces it by text. `tools`: for `system(tools=T)`."""

    result: Value
    prompt: Operand
    role: Role
    edge: Edge
    tools: Operand | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Echo(BaseOp):
    """Append what `after` has behind `before`: texts, values, and what a model said, as the ids that it said.

    `after` goes on from `before`, with no turn's edge between them. `left`, `right`: without the white space at that
    edge. Where `prompt` says the same as `before` and nothing is taken away, the result is `after` itself; `apart`:
    that is never so. This is how a chat template is followed that writes a turn in another way once the conversation
    goes on.
    """

    result: Value
    prompt: Operand
    before: Operand
    after: Operand
    left: bool = False
    right: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Image(BaseOp):
    """Append an image (keyed by its content hash at run time)."""

    result: Value
    prompt: Operand
    image: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Use(BaseOp):
    """Append a fragment of the module. The `inline` pass replaces it by the fragment's body."""

    result: Value
    prompt: Operand
    fragment: str
    args: tuple[Operand, ...]
    site: str
    indices: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Gen(BaseOp):
    """Ask the model to continue a prompt.

    Results: `prompt` is the prompt with what was generated (None when `n` is given: then the prompt
    stays as it is, and users keep `source`); `value` is the text, or the parsed value when
    `constraint.kind == "type"`; with `n` given a list of those. `samples` (only with `n`, and only
    if wanted): the list of the n final prompts. `dynamic` are parameters whose value is computed:
    names are fields of `Sampling`, or the kind of the constraint. `speculative`: it is started before
    something that may still end the program.
    """

    prompt: Value | None
    value: Value
    source: Operand
    site: str
    indices: tuple[Operand, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    constraint: Constraint | None = None
    dynamic: tuple[tuple[str, Operand], ...] = ()
    samples: Value | None = None
    name: str = ""
    speculative: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Select(BaseOp):
    """Ask the model which of `choices` (a list of strings) follows best; the choice joins the prompt.

    `speculative`: as of a `Gen`.
    """

    prompt: Value
    value: Value
    source: Operand
    choices: Operand
    site: str
    indices: tuple[Operand, ...] = ()
    method: SelectMethod = "token_length_normalized"
    name: str = ""
    speculative: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Pick(BaseOp):
    """One prompt of a list of prompts, without copying it."""

    result: Value
    prompts: Operand
    index: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Prefetch(BaseOp):
    """Hint: this prompt will be asked about; compute it now. `speculative`: perhaps it will not."""

    prompt: Operand
    speculative: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Retain(BaseOp):
    """Hint: this prompt is used again after `next_use` model calls; `pin`: do not evict it."""

    prompt: Operand
    next_use: int = 0
    pin: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Release(BaseOp):
    """Hint: nobody asks again about this prompt, nor about what goes on from it.

    Its own text is meant (what its last append added) and what follows; what stands before may be used on.
    """

    prompt: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Unordered(BaseOp):
    """Sections whose order is free. Each section is a block `(prompt) -> yield prompt`.

    As it stands it means the sections in source order; `move-code` may lay them out otherwise.
    Sections hold no call, no host op and bind nothing that outlives them.

    `batch`: laid out already, and no pass changes the order any more; but a batch job may give its
    rows other orders of the sections of this number, fixed once from the whole input. Every run that
    gives none has them as they stand.
    """

    result: Value
    prompt: Operand
    sections: tuple[Block, ...]
    batch: int | None = None


# --- values -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Format(BaseOp):
    """The concatenated text forms of scalars: what `"{a}: {b}"` is as a value."""

    result: Value
    parts: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MakeList(BaseOp):
    """A list (of prompts, too)."""

    result: Value
    items: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MakeRecord(BaseOp):
    """A record; `names` and `values` in field order."""

    result: Value
    names: tuple[str, ...]
    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GetField(BaseOp):
    """A field of a record."""

    result: Value
    record: Operand
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Index(BaseOp):
    """An element of a list, or a character of a string; negative counts from the end."""

    result: Value
    items: Operand
    index: Operand


CompareOp = Literal["eq", "ne", "lt", "le", "gt", "ge", "in"]
ArithOp = Literal["add", "sub", "mul", "div", "floordiv", "mod", "pow", "neg", "not"]


@dataclass(frozen=True, slots=True, eq=False)
class Compare(BaseOp):
    """A comparison of two values; gives a bool."""

    result: Value
    op: CompareOp
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Arith(BaseOp):
    """Arithmetic (one operand for `neg` and `not`); `add` also joins strings and lists."""

    result: Value
    op: ArithOp
    args: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Builtin(BaseOp):
    """A call of one of the fixed pure functions in `values.BUILTINS`."""

    result: Value
    name: str
    args: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Collect(BaseOp):
    """A comprehension: body `(item) -> yield value, keep`, with `keep` a bool. Pure inside."""

    result: Value
    items: Operand
    body: Block


# --- control ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class If(BaseOp):
    """Runs one of two blocks without arguments; both yield as many values as there are results.

    `and`, `or` and conditional expressions are this op too: the other side must not be evaluated.
    """

    results: tuple[Value, ...]
    cond: Operand
    then: Block
    orelse: Block


@dataclass(frozen=True, slots=True, eq=False)
class For(BaseOp):
    """A loop over a list. Body `(index, item, *carried) -> yield *carried`; results: the last carried.

    `key`, when given, is a pure block `(item) -> yield key`: the program said `unordered ... by key`,
    so the order is free. As it stands the loop runs in list order.
    """

    results: tuple[Value, ...]
    items: Operand
    inits: tuple[Operand, ...]
    body: Block
    key: Block | None = None


@dataclass(frozen=True, slots=True, eq=False)
class While(BaseOp):
    """`cond` `(*carried) -> yield bool`; `body` `(index, *carried) -> yield *carried`; at most `limit` times."""

    results: tuple[Value, ...]
    inits: tuple[Operand, ...]
    cond: Block
    body: Block
    limit: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Fork(BaseOp):
    """Arms that run in parallel and do not see each other.

    With `items`: one body `(index, item)`; each yielded value becomes a list with one entry per
    arm, in order (final prompts are yielded like any value). Without: several bodies without
    arguments; results are the yields of all bodies, one body after the other.
    """

    results: tuple[Value, ...]
    items: Operand | None
    bodies: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Yield(BaseOp):
    """Ends a region with its values."""

    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Return(BaseOp):
    """Ends a program with its result."""

    value: Operand


# --- outside ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Host(BaseOp):
    """Calls one of the module's externs. `pure`: it does nothing; `total`: what it does can't fail."""

    result: Value
    extern: str
    args: tuple[Operand, ...]
    pure: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call(BaseOp):
    """Runs another program of the module with its own root prompt; args in parameter order."""

    result: Value
    program: str
    args: tuple[Operand, ...]
    site: str
    indices: tuple[Operand, ...] = ()


PromptOp = (
    Root
    | Text
    | Insert
    | Turn
    | Echo
    | Image
    | Use
    | Gen
    | Select
    | Pick
    | Prefetch
    | Retain
    | Release
    | Unordered
)
ValueOp = Format | MakeList | MakeRecord | GetField | Index | Compare | Arith | Builtin | Collect
ControlOp = If | For | While | Fork | Yield | Return
Op = PromptOp | ValueOp | ControlOp | Host | Call

OP_CLASSES: tuple[type[BaseOp], ...] = (
    Root, Text, Insert, Turn, Echo, Image, Use, Gen, Select, Pick, Prefetch, Retain, Release, Unordered,
    Format, MakeList, MakeRecord, GetField, Index, Compare, Arith, Builtin, Collect,
    If, For, While, Fork, Yield, Return, Host, Call,
)  # fmt: skip
