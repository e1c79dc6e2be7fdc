"""Random well-formed programs: small modules that verify, run on the hash model, and use every op.

`generate(random)` makes one from any source of randomness; `programs()` is the hypothesis strategy,
which shrinks. `python -m tests.programs` prints in how many of 1,000 programs each op occurs.

A program is in one of three modes. `raw`: text and calls, no turns. `outside`: between turns, where
only turns and control flow may stand. `inside`: in a turn, as raw but without turns. Every statement
leaves the prompt in the mode that it found it in, so that arms and iterations always fit.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from hypothesis import strategies as st

from sglc.ir.builder import BlockBuilder
from sglc.ir.constrained.calls import tool_schema
from sglc.ir.module import LIFETIMES, Extern, Fragment, Module, Param, Program
from sglc.ir.ops import (
    Arith,
    Block,
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
    Json,
    MakeList,
    MakeRecord,
    Operand,
    Pick,
    Prefetch,
    Release,
    Retain,
    Return,
    Role,
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
    Yield,
)
from sglc.ir.sampling import SELECT_METHODS, Constraint, ConstraintKind, Sampling
from sglc.ir.structure import walk
from sglc.ir.tool_calls import Asked, ToolCall
from sglc.ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    PROMPT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
)

Mode = Literal["raw", "outside", "inside"]

TEXTS = ListType(STR)
NUMBERS = ListType(INT)
VERDICT = RecordType((("label", STR), ("score", INT)))
PROMPTS = ListType(PROMPT)

LITERALS = (
    "You are careful.\n",
    "Q: ",
    "\nA:",
    " and ",
    "Document:\n",
    "Summarise it in one line. ",
    "\n\n",
    "one two three four five",
    "<|im_end|>",
    "",
    "Größe: 日本語 ",
)
WORDS = ("yes", "no", "alpha", "beta", "a longer phrase")
TOOLS = ("search(query)", "add(a, b)")
CALLABLE: list[tuple[str, RecordType]] = [
    ("search", RecordType((("query", STR),))),
    ("add", RecordType((("a", INT), ("exact", BOOL)))),
    ("switch", RecordType((("to", UnionType(("on", "off"))),))),
    ("now", RecordType(())),
]
"""The tools that models may call, and their arguments."""
SCHEMAS: list[Any] = [tool_schema(name, kind, f"What {name} does.") for name, kind in CALLABLE]
HANDED = Const(SCHEMAS, ListType(ANY))
"""What the template is told of them, where a program says so from its first turn on."""
ODD_WORDS = ("", "naïve 日本語", "<|im_start|>user\n", "{name} \\n")
"""Values that are empty, not ASCII, or look like markup."""
EXTERNS = (
    Extern("shout", (("text", STR),), STR),
    Extern("tag", (("text", STR), ("number", INT)), STR, pure=True),
    Extern("check", (("text", STR),), STR),
    Extern("count", (("text", STR), ("number", INT)), INT),
    Extern("note", (("text", STR),), STR, total=True),
)
"""`check` refuses some texts, and `count` gives for some what is no number; `note` never fails."""


@dataclass
class Scope:
    """What is bound here, by type, and the prompts that stand where the current one does."""

    values: dict[Type, list[Operand]]
    prompt: Value
    prompts: list[Value] = field(default_factory=list)
    arms: list[Value] = field(default_factory=list)

    def inner(self, prompt: Value) -> Scope:
        """A copy for a region, with its own current prompt."""
        values = {kind: list(found) for kind, found in self.values.items()}
        return Scope(values, prompt, [*self.prompts, prompt], list(self.arms))

    def add(self, value: Value) -> None:
        """Bind a value."""
        self.values.setdefault(value.type, []).append(value)


@dataclass(frozen=True)
class RandomProgram:
    """A module, the program to run, and what to run it with."""

    module: Module
    entry: str
    args: dict[str, Json]

    @property
    def hosts(self) -> dict[str, Callable[..., object]]:
        """Host functions that depend on their arguments alone."""
        return {
            "shout": lambda text: f"{text[:20].upper()}!",
            "tag": lambda text, number: f"[{number}:{text[:10]}]",
            "check": check,
            "note": lambda text: f"noted {text[:9]}",
            "count": lambda text, number: number if _chance(text, 4) else "many",
        }


def check(text: str) -> str:
    """Refuse some texts. Raises PermissionError."""
    if not _chance(text, 4):
        raise PermissionError(f"{text[:20]!r} is refused")
    return text[:8]


def _chance(text: str, of: int) -> int:
    """A number below `of` that depends on a text alone."""
    return zlib.crc32(text.encode()) % of


class Writer:
    """Writes one body."""

    def __init__(
        self,
        source: random.Random,
        fragments: tuple[Fragment, ...] = (),
        programs: tuple[Program, ...] = (),
        budget: int = 14,
        alternates: bool = False,
        calls: bool = True,
    ) -> None:
        self._random = source
        self._calls = calls and not alternates
        self._handed: Const | None = None
        self._fragments, self._programs = fragments, programs
        self._budget, self._alternates = budget, alternates
        self._sites = 0
        self._depth = 0
        self._indices: list[Value] = []
        self._builder = BlockBuilder()

    # --- choosing -------------------------------------------------------------------------------

    def _chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent

    def _any(self, items: list[Operand] | tuple[str, ...] | tuple[Role, ...]) -> object:
        return items[self._random.randrange(len(items))]

    def _word(self) -> str:
        words = ODD_WORDS if self._chance(8) else WORDS
        return words[self._random.randrange(len(words))]

    def _plain_word(self) -> str:
        """A word that may be a choice."""
        return WORDS[self._random.randrange(len(WORDS))]

    def _operand(self, scope: Scope, kind: Type) -> Operand:
        """A bound value of a type, or a constant."""
        found = scope.values.get(kind, [])
        if found and self._chance(75):
            return found[self._random.randrange(len(found))]
        return self._constant(kind)

    def _constant(self, kind: Type) -> Const:
        small = self._random.randrange(5)
        values: dict[Type, Json] = {
            STR: self._word(),
            INT: small,
            BOOL: small > 2,
            TEXTS: [self._plain_word() for _ in range(1 + small % 3)],
            NUMBERS: [small, 1],
            VERDICT: {"label": self._word(), "score": small},
        }
        return Const(values[kind], kind)

    def _site(self) -> str:
        self._sites += 1
        return str(self._sites)

    # --- blocks ---------------------------------------------------------------------------------

    def program(self, name: str, lifetimes: bool = True) -> Program:
        """A whole program."""
        params = tuple(
            Param(
                hint,
                Value(kind, hint),
                LIFETIMES[self._random.randrange(len(LIFETIMES))] if lifetimes else "request",
                ("a default",) if hint == "topic" and self._chance(20) else None,
            )
            for hint, kind in PARAMETERS
        )
        mode: Mode = "outside" if self._chance(40) else "raw"
        if mode == "outside" and self._calls and self._chance(50):
            self._handed = HANDED
        root = self._builder.emit(Root(result=Value(PROMPT), bos=not self._chance(20)))
        scope = Scope({}, root.result, [root.result])
        for param in params:
            scope.add(param.value)
        if mode == "raw":
            self._text(scope)
        self._statements(scope, mode, 3 + self._random.randrange(6))
        if mode == "raw":
            self._gen(scope, mode)
        result = self._result(scope)
        self._builder.emit(Return(value=result))
        body = self._builder.seal(*(param.value for param in params))
        return Program(name, params, result.type, body, doc=self._word() * self._chance(30))

    def fragment(self, name: str, mode: Mode) -> Fragment:
        """A fragment for prompts in that mode."""
        prompt, text = Value(PROMPT), Value(STR, "text")
        scope = Scope({STR: [text]}, prompt, [prompt])
        self._statements(scope, mode, 1 + self._random.randrange(3))
        self._builder.emit(Yield(values=(scope.prompt,)))
        return Fragment(name, (Param("text", text),), self._builder.seal(prompt, text))

    def _result(self, scope: Scope) -> Value:
        """A record of some of what is bound, so that some calls are used and some are not."""
        kinds = (STR, INT, BOOL, TEXTS)
        picked = [(kind, self._operand(scope, kind)) for kind in kinds if self._chance(75)]
        names = tuple(f"r{number}" for number, _ in enumerate(picked))
        kind = RecordType(tuple((n, k) for n, (k, _) in zip(names, picked, strict=True)))
        values = tuple(value for _, value in picked)
        record = MakeRecord(result=Value(kind, "result"), names=names, values=values)
        return self._builder.emit(record).result

    def _region(
        self, scope: Scope, mode: Mode, args: tuple[Value, ...], count: int
    ) -> tuple[BlockBuilder, Scope]:
        """Write statements into a builder of their own; the caller ends and seals it."""
        outer, self._builder = self._builder, BlockBuilder()
        self._depth += 1
        for arg in args:
            if arg.type != PROMPT:
                scope.add(arg)
        self._statements(scope, mode, count)
        self._depth -= 1
        builder, self._builder = self._builder, outer
        return builder, scope

    def _statements(self, scope: Scope, mode: Mode, count: int) -> None:
        for _ in range(count):
            if self._budget <= 0:
                return
            self._budget -= 1
            self._statement(scope, mode)

    def _statement(self, scope: Scope, mode: Mode) -> None:
        choices = list(_VALUE_STATEMENTS)
        choices += [Writer._turn] * 4 if mode == "outside" else _PROMPT_STATEMENTS
        if self._depth < 4:
            choices += _CONTROL_STATEMENTS
        write = choices[self._random.randrange(len(choices))]
        write(self, scope, mode)

    # --- prompts --------------------------------------------------------------------------------

    def _append(self, scope: Scope, make: Callable[[Value, Value], object]) -> None:
        """Emit an op from the current prompt to a new one, which becomes the current."""
        result = Value(PROMPT)
        self._builder.emit(make(result, scope.prompt))  # type: ignore[type-var]
        scope.prompt = result
        scope.prompts.append(result)

    def _text(self, scope: Scope, mode: Mode = "raw") -> None:
        text = str(self._any(LITERALS))
        plain = self._chance(10)
        self._append(scope, lambda to, p: Text(result=to, prompt=p, text=text, plain=plain))

    def _insert(self, scope: Scope, mode: Mode) -> None:
        value = self._operand(scope, (STR, STR, INT, BOOL)[self._random.randrange(4)])
        self._append(scope, lambda to, p: Insert(result=to, prompt=p, value=value))

    def _echo(self, scope: Scope, mode: Mode) -> None:
        """Say something, and say it again on the prompt before or on another one."""
        before = scope.prompt
        said = replace(scope, prompts=[before], arms=[])
        self._text(said)
        said.prompts[:] = [said.prompt]
        if self._chance(50):
            self._gen(said, mode)
        again = scope.prompts[self._random.randrange(len(scope.prompts))]
        after, (left, right) = said.prompt, (self._chance(30), self._chance(30))
        scope.prompt = again if self._chance(60) else before
        self._append(scope, lambda to, p: Echo(to, p, before, after, left, right))

    def _turn(self, scope: Scope, mode: Mode) -> None:
        """A whole turn; where turns alternate, a question and its answer."""
        if self._alternates:
            self._whole_turn(scope, "user")
            scope.prompts.pop()  # nobody goes on from a question
            self._whole_turn(scope, "assistant")
            return
        if self._calls and self._chance(12):
            self._called_turn(scope)
            return
        roles: tuple[Role, ...] = ("system", "user", "assistant")
        self._whole_turn(scope, "tool" if self._chance(8) else roles[self._random.randrange(3)])

    def _whole_turn(self, scope: Scope, role: Role) -> None:
        """One turn, with statements inside."""
        own = role == "system" and self._chance(15)
        tools = self._tools(scope) if own else self._handed
        self._append(scope, lambda to, p: Turn(to, p, role, "begin", tools))
        scope.prompts.pop()
        inside = replace(scope, prompts=[scope.prompt], arms=[])
        self._text(inside)
        self._statements(inside, "inside", 1 + self._random.randrange(3))
        if role == "assistant":
            self._gen(inside, "inside")
        scope.prompt = inside.prompt
        self._append(scope, lambda to, p: Turn(result=to, prompt=p, role=role, edge="end"))

    def _called_turn(self, scope: Scope) -> None:
        """A turn in which the model calls a tool, or may; and, as a rule, what the tool gave to it."""
        several = self._chance(50)
        called = self._called(scope, several)
        kind = self._random.randrange(4)
        if several:
            self._results(scope, called)
        elif kind == 1:
            self._result_turn(scope)
        elif kind > 1:
            self._answered(scope, called)

    def _called(self, scope: Scope, several: bool) -> Value:
        """The turn; the name of the tool, which is empty where the model has called none, or `several` calls."""
        self._append(scope, lambda to, p: Turn(to, p, "assistant", "begin", self._handed))
        fixed: dict[str, object] = {"max_tokens": 200 if self._chance(85) else 9}
        if self._chance(50):
            fixed["temperature"] = 0.9
        dynamic = self._dynamic(scope, False) if self._chance(20) else ()
        asked = Asked(self._site(), "step" * self._chance(50), self._at(), fixed, dynamic)
        chosen = self._random.sample(CALLABLE, 1 + self._random.randrange(3))
        call = ToolCall(asked, tuple(chosen), several)
        write = call.required if self._chance(40) else call.auto
        value, prompt = write(self._builder.emit, scope.prompts.pop())
        end = Turn(result=Value(PROMPT), prompt=prompt, role="assistant", edge="end")
        scope.prompt = self._builder.emit(end).result
        scope.prompts.append(scope.prompt)
        return self._calls_of(scope, value) if several else self._names_of(scope, value)

    def _calls_of(self, scope: Scope, value: Value) -> Value:
        text = GetField(result=Value(STR, "text"), record=value, name="text")
        scope.add(self._builder.emit(text).result)
        assert isinstance(value.type, RecordType)
        kind = dict(value.type.fields)["calls"]
        return self._builder.emit(GetField(Value(kind, "calls"), value, "calls")).result

    def _results(self, scope: Scope, calls: Value) -> None:
        """What the tools gave to several calls, one turn after the other."""
        assert isinstance(calls.type, ListType)
        item, before, opened, filled, ended = (
            Value(calls.type.item, "call"),
            *map(Value, [PROMPT] * 4),
        )
        name = GetField(Value(STR, "name"), item, "name")
        body = (
            Turn(opened, before, "tool", "begin"), name, Insert(filled, opened, name.result),
            Turn(ended, filled, "tool", "end"), Yield((ended,)),
        )  # fmt: skip
        block = Block((Value(INT, "index"), item, before), body)
        self._append(scope, lambda to, p: For((to,), calls, (p,), block))

    def _names_of(self, scope: Scope, value: Value) -> Value:
        for name in ("text", "name"):
            op = GetField(result=Value(STR, name), record=value, name=name)
            scope.add(self._builder.emit(op).result)
        return op.result

    def _answered(self, scope: Scope, called: Value) -> None:
        """Where a tool was called, its result, and what the model makes of it."""
        was_called = Compare(result=Value(BOOL), op="ne", left=called, right=Const("", STR))
        self._builder.emit(was_called)
        outer, self._builder = self._builder, BlockBuilder()
        inner = scope.inner(scope.prompt)
        self._result_turn(inner)
        if self._chance(70):
            self._whole_turn(inner, "assistant")
        self._builder.emit(Yield(values=(inner.prompt,)))
        then, self._builder = self._builder.seal(), outer
        orelse = BlockBuilder()
        orelse.emit(Yield(values=(scope.prompt,)))
        self._append(
            scope, lambda to, _: If((to,), was_called.result, then=then, orelse=orelse.seal())
        )

    def _result_turn(self, scope: Scope) -> None:
        """What a tool gave: a value, or nothing."""
        self._append(scope, lambda to, p: Turn(to, p, "tool", "begin"))
        scope.prompts.pop()
        if self._chance(90):
            self._insert(scope, "inside")
            scope.prompts.pop()
        self._append(scope, lambda to, p: Turn(to, p, "tool", "end"))

    def _tools(self, scope: Scope) -> Operand:
        """What `system(tools=T)` is given: a constant list, or what the run finds."""
        return self._operand(scope, TEXTS) if self._chance(50) else Const(list(TOOLS), TEXTS)

    def _use(self, scope: Scope, mode: Mode) -> None:
        usable = [f for f in self._fragments if f.name.startswith(mode) or mode == "inside"]
        usable = [f for f in usable if mode != "inside" or f.name.startswith("raw")]
        if not usable:
            return
        fragment = usable[self._random.randrange(len(usable))]
        args, site = (self._operand(scope, STR),), self._site()
        self._append(
            scope,
            lambda to, p: Use(
                result=to,
                prompt=p,
                fragment=fragment.name,
                args=args,
                site=site,
                indices=self._at(),
            ),
        )

    def _unordered(self, scope: Scope, mode: Mode) -> None:
        sections: list[Block] = []
        for _ in range(2):
            prompt = Value(PROMPT)
            inner = scope.inner(prompt)
            outer, self._builder = self._builder, BlockBuilder()
            self._text(inner)
            self._insert(inner, mode)
            self._builder.emit(Yield(values=(inner.prompt,)))
            sections.append(self._builder.seal(prompt))
            self._builder = outer
        self._append(scope, lambda to, p: Unordered(result=to, prompt=p, sections=tuple(sections)))

    def _hint(self, scope: Scope, mode: Mode) -> None:
        prompt = scope.prompts[self._random.randrange(len(scope.prompts))]
        kind = self._random.randrange(3)
        if kind == 0:
            self._builder.emit(Prefetch(prompt=prompt, speculative=self._chance(30)))
        elif kind == 1:
            uses = self._random.randrange(3)
            self._builder.emit(Retain(prompt=prompt, next_use=uses, pin=self._chance(30)))
        else:
            self._builder.emit(Release(prompt=prompt))

    def _pick(self, scope: Scope, mode: Mode) -> None:
        """Go on from an arm, or from an earlier prompt."""
        if not scope.arms:
            scope.prompt = scope.prompts[self._random.randrange(len(scope.prompts))]
            return
        arms = scope.arms[self._random.randrange(len(scope.arms))]
        index = Const(self._random.randrange(2), INT)
        result = Value(PROMPT)
        self._builder.emit(Pick(result=result, prompts=arms, index=index))
        scope.prompt = result
        scope.prompts.append(result)

    # --- calls ----------------------------------------------------------------------------------

    def _at(self) -> tuple[Operand, ...]:
        return tuple(self._indices)

    def _gen(self, scope: Scope, mode: Mode) -> None:
        kind, constraint, sampling = self._parameters()
        is_many = self._chance(20)
        if is_many:
            sampling = sampling.merged(n=2 + self._random.randrange(2))
        value = Value(ListType(kind) if is_many else kind, "answer")
        samples = Value(PROMPTS, "samples") if is_many and self._chance(50) else None
        after = None if is_many else Value(PROMPT)
        source = self._source(scope)
        op = Gen(
            prompt=after,
            value=value,
            source=source,
            site=self._site(),
            indices=self._at(),
            sampling=sampling,
            constraint=constraint,
            dynamic=self._dynamic(scope, constraint is None),
            samples=samples,
            name="answer" * self._chance(50),
        )
        self._builder.emit(op)
        if self._chance(15):
            self._twin(op, scope)
        if samples is not None:
            scope.arms.append(samples)
        if after is not None:
            scope.prompt = after
            scope.prompts.append(after)
        self._bind_answer(scope, value)

    def _twin(self, op: Gen, scope: Scope) -> None:
        """The same call once more, at another site."""
        value = Value(op.value.type, "again")
        prompt = None if op.prompt is None else Value(PROMPT)
        self._builder.emit(replace(op, prompt=prompt, value=value, samples=None, site=self._site()))
        self._bind_answer(scope, value)

    def _source(self, scope: Scope) -> Value:
        if self._chance(80):
            return scope.prompt
        return scope.prompts[self._random.randrange(len(scope.prompts))]

    def _bind_answer(self, scope: Scope, value: Value) -> None:
        """Bind what a model said; numbers are made small, so that arithmetic stays in bounds."""
        if value.type == INT:
            small = Arith(result=Value(INT, "small"), op="mod", args=(value, Const(7, INT)))
            self._builder.emit(small)
            scope.add(small.result)
        elif value.type == UnionType(("yes", "no")):
            told = Format(result=Value(STR, "told"), parts=(value,))
            scope.add(self._builder.emit(told).result)
        elif value.type not in (NUMBERS, ListType(OptionalType(INT))):
            scope.add(value)

    def _parameters(self) -> tuple[Type, Constraint | None, Sampling]:
        changes: dict[str, object] = {"max_tokens": 4 + self._random.randrange(12)}
        if self._chance(40):
            changes["temperature"] = 0.7
        if self._chance(10):
            changes["seed"] = self._random.randrange(9)
        if self._chance(20):
            changes["stop"] = ("\n",)
        if self._chance(10):
            changes["min_tokens"] = 2
        if self._chance(5):
            changes["ignore_eos"] = True
        changes |= self._rare_parameters()
        if self._chance(55):
            return STR, None, Sampling().merged(**changes)
        kind, text = self._constraint()
        changes["max_tokens"] = 120 if self._chance(80) else 1 + self._random.randrange(40)
        if not self._chance(20):
            changes.pop("stop", None)
        if isinstance(text, tuple):
            return STR, Constraint(*text), Sampling().merged(**changes)
        return kind, Constraint("type", str(text)), Sampling().merged(**changes)

    def _rare_parameters(self) -> dict[str, object]:
        """Parameters that few calls have."""
        rare: tuple[tuple[str, object], ...] = (
            ("top_p", 0.9),
            ("top_k", 4),
            ("min_p", 0.05),
            ("frequency_penalty", 0.5),
            ("presence_penalty", 0.5),
            ("repetition_penalty", 1.1),
            ("logprobs", True),
            ("stop_regex", ("[0-9]x",)),
        )
        if not self._chance(35):
            return {}
        return dict([rare[self._random.randrange(len(rare))] for _ in range(2)])

    def _constraint(self) -> tuple[Type, Type | tuple[ConstraintKind, str]]:
        """A declared type, or for a text another constraint."""
        kinds: tuple[tuple[Type, Type | tuple[ConstraintKind, str]], ...] = (
            (INT, INT),
            (BOOL, BOOL),
            (VERDICT, VERDICT),
            (NUMBERS, NUMBERS),
            (UnionType(("yes", "no")), UnionType(("yes", "no"))),
            (UnionType((1, 2, 3)), UnionType((1, 2, 3))),
            (STR, ("regex", "[a-z]{2,6}( [0-9]+)?")),
            (
                STR,
                (
                    "json",
                    '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}',
                ),
            ),
            (OptionalType(VERDICT), OptionalType(VERDICT)),
            (OptionalType(INT), OptionalType(INT)),
        )
        return kinds[self._random.randrange(len(kinds))]

    def _dynamic(self, scope: Scope, is_text: bool) -> tuple[tuple[str, Operand], ...]:
        if not self._chance(12):
            return ()
        if is_text and self._chance(25):
            return (("regex", self._operand(scope, STR)),)
        name = ("seed", "top_k", "max_tokens", "temperature")[self._random.randrange(4)]
        return ((name, self._operand(scope, INT)),)

    def _select(self, scope: Scope, mode: Mode) -> None:
        choices: Operand = Const(list(WORDS[: 2 + self._random.randrange(3)]), TEXTS)
        if self._chance(20):
            choices = self._operand(scope, TEXTS)
        method = SELECT_METHODS[self._random.randrange(3)]
        op = Select(
            prompt=Value(PROMPT),
            value=Value(STR, "choice"),
            source=self._source(scope),
            choices=choices,
            site=self._site(),
            indices=self._at(),
            method=method,
            name="choice" * self._chance(50),
        )
        self._builder.emit(op)
        scope.prompt = op.prompt
        scope.prompts.append(op.prompt)
        scope.add(op.value)

    def _host(self, scope: Scope, mode: Mode) -> None:
        extern = EXTERNS[self._random.randrange(len(EXTERNS))]
        args = tuple(self._operand(scope, kind) for _, kind in extern.params)
        op = Host(Value(extern.result, "seen"), extern.name, args, extern.pure, extern.total)
        self._builder.emit(op)
        scope.add(op.result)

    def _call(self, scope: Scope, mode: Mode) -> None:
        if not self._programs:
            return
        program = self._programs[self._random.randrange(len(self._programs))]
        args = (
            Const(False, BOOL),
            *(self._operand(scope, param.value.type) for param in program.params[1:]),
        )
        op = Call(
            result=Value(program.result, "called"),
            program=program.name,
            args=args,
            site=self._site(),
            indices=self._at(),
        )
        self._builder.emit(op)
        fields = program.result.fields if isinstance(program.result, RecordType) else ()
        for name, kind in fields:
            field_of = GetField(result=Value(kind, name), record=op.result, name=name)
            scope.add(self._builder.emit(field_of).result)

    # --- values ---------------------------------------------------------------------------------

    def _compute(self, scope: Scope, mode: Mode) -> None:
        """One op on values; what it gives can be used from here on."""
        makers = (
            self._arith,
            self._compare,
            self._format,
            self._list,
            self._record,
            self._field,
            self._index,
            self._builtin,
            self._collect,
        )
        op = makers[self._random.randrange(len(makers))](scope)
        self._builder.emit(op)
        scope.add(op.result)

    def _arith(self, scope: Scope) -> Arith:
        kind = self._random.randrange(4)
        one, two = self._operand(scope, INT), self._operand(scope, INT)
        if kind == 0:
            added = Arith(result=Value(INT, "sum"), op="add", args=(one, two))
            self._builder.emit(added)
            return Arith(result=Value(INT), op="mod", args=(added.result, Const(5, INT)))
        if kind == 1:
            return Arith(result=Value(BOOL), op="not", args=(self._operand(scope, BOOL),))
        if kind == 2:
            texts = self._operand(scope, STR), self._operand(scope, STR)
            return Arith(result=Value(STR), op="add", args=texts)
        return Arith(result=Value(INT), op="floordiv", args=(one, Const(2, INT)))

    def _compare(self, scope: Scope) -> Compare:
        kind = (STR, INT)[self._random.randrange(2)]
        op = ("eq", "ne", "lt", "ge")[self._random.randrange(4)]
        sides = self._operand(scope, kind), self._operand(scope, kind)
        return Compare(result=Value(BOOL, "is"), op=op, left=sides[0], right=sides[1])

    def _format(self, scope: Scope) -> Format:
        parts = (self._operand(scope, STR), Const(": ", STR), self._operand(scope, INT))
        return Format(result=Value(STR, "line"), parts=parts)

    def _list(self, scope: Scope) -> MakeList:
        items = (self._operand(scope, STR), self._operand(scope, STR))
        return MakeList(result=Value(TEXTS, "texts"), items=items)

    def _record(self, scope: Scope) -> MakeRecord:
        values = (self._operand(scope, STR), self._operand(scope, INT))
        return MakeRecord(result=Value(VERDICT, "verdict"), names=("label", "score"), values=values)

    def _field(self, scope: Scope) -> GetField:
        record = self._operand(scope, VERDICT)
        is_label = self._chance(50)
        if is_label:
            return GetField(result=Value(STR, "label"), record=record, name="label")
        raw = GetField(result=Value(INT, "score"), record=record, name="score")
        self._builder.emit(raw)
        return self._halved(raw.result)  # type: ignore[return-value]

    def _halved(self, value: Value) -> Arith:
        return Arith(result=Value(INT, "small"), op="mod", args=(value, Const(7, INT)))

    def _index(self, scope: Scope) -> Index:
        texts = MakeList(
            result=Value(TEXTS),
            items=(self._operand(scope, STR), self._operand(scope, STR)),
        )
        self._builder.emit(texts)
        index = Const((0, 1, -1)[self._random.randrange(3)], INT)
        return Index(result=Value(STR, "item"), items=texts.result, index=index)

    def _number(self, scope: Scope) -> Builtin:
        """A number that is no `int`, rounded or written in a format."""
        quarters = Value(FLOAT, "quarters")
        args = (self._operand(scope, INT), Const(4, INT))
        self._builder.emit(Arith(result=quarters, op="div", args=args))
        if self._chance(50):
            rounded = Builtin(result=Value(INT, "rounded"), name="round", args=(quarters,))
            self._builder.emit(rounded)
            return self._halved(rounded.result)  # type: ignore[return-value]
        spec = Const((".2f", ",", ".1%", "06.1f")[self._random.randrange(4)], STR)
        return Builtin(result=Value(STR, "written"), name="format_number", args=(quarters, spec))

    def _found(self, scope: Scope) -> Compare:
        """Whether a record is found in a table."""
        rows = Value(ListType(VERDICT), "rows")
        items = (self._operand(scope, VERDICT), self._operand(scope, VERDICT))
        self._builder.emit(MakeList(result=rows, items=items))
        wanted = (rows, Const("label", STR), self._operand(scope, STR))
        row = Value(OptionalType(VERDICT), "row")
        self._builder.emit(Builtin(result=row, name="find_by", args=wanted))
        return Compare(result=Value(BOOL, "known"), op="ne", left=row, right=Const(None, NONE))

    def _builtin(self, scope: Scope) -> Builtin | Compare:
        kind = self._random.randrange(10)
        if kind < 3:
            return self._found(scope) if kind == 0 else self._number(scope)
        name = ("upper", "len", "join", "sorted", "majority", "json")[self._random.randrange(6)]
        kinds = {"upper": (STR, STR), "len": (STR, INT), "sorted": (TEXTS, TEXTS)}
        given, kind = kinds.get(name, (TEXTS, STR))
        args: tuple[Operand, ...] = (self._operand(scope, given),)
        if name == "majority":
            args = (self._constant(TEXTS),)
        if name == "join":
            args = (*args, Const(", ", STR))
        if name == "len":
            length = Builtin(result=Value(INT, "length"), name=name, args=args)
            self._builder.emit(length)
            return self._halved(length.result)  # type: ignore[return-value]
        return Builtin(result=Value(kind, name), name=name, args=args)

    def _collect(self, scope: Scope) -> Collect:
        item = Value(STR, "each")
        body = BlockBuilder()
        value = body.emit(Format(result=Value(STR), parts=(item, Const("!", STR)))).result
        other = self._operand(scope, STR)
        keep = body.emit(Compare(result=Value(BOOL), op="ne", left=item, right=other)).result
        body.emit(Yield(values=(value, keep)))
        items = self._operand(scope, TEXTS)
        return Collect(result=Value(TEXTS, "kept"), items=items, body=body.seal(item))

    # --- control --------------------------------------------------------------------------------

    def _if(self, scope: Scope, mode: Mode) -> None:
        cond = self._operand(scope, BOOL)
        blocks: list[Block] = []
        shared = str(self._any(LITERALS)) if mode != "outside" and self._chance(40) else ""
        for _ in range(2):
            inner = scope.inner(scope.prompt)
            builder, inner = self._arm(inner, mode, (), shared)
            builder.emit(Yield(values=(inner.prompt, self._operand(inner, STR))))
            blocks.append(builder.seal())
        results = (Value(PROMPT), Value(STR, "either"))
        self._builder.emit(If(results=results, cond=cond, then=blocks[0], orelse=blocks[1]))
        self._after(scope, results)

    def _arm(
        self, scope: Scope, mode: Mode, args: tuple[Value, ...], shared: str
    ) -> tuple[BlockBuilder, Scope]:
        """A region, perhaps beginning with a text that its siblings begin with as well."""
        if not shared:
            return self._region(scope, mode, args, 1 + self._random.randrange(3))
        start = Value(PROMPT)
        op = Text(result=start, prompt=scope.prompt, text=shared)
        scope = scope.inner(start)
        builder, scope = self._region(scope, mode, args, 1 + self._random.randrange(3))
        whole = BlockBuilder()
        for each in (op, *builder.ops):
            whole.emit(each)
        return whole, scope

    def _after(self, scope: Scope, results: tuple[Value, ...]) -> None:
        """Go on after a region op: its first result is the prompt."""
        scope.prompt = results[0]
        scope.prompts.append(results[0])
        for value in results[1:]:
            scope.add(value)

    def _for(self, scope: Scope, mode: Mode) -> None:
        index, item = Value(INT, "i"), Value(STR, "item")
        prompt, text = Value(PROMPT), Value(STR, "so_far")
        first = self._operand(scope, STR)
        self._indices.append(index)
        builder, inner = self._region(
            scope.inner(prompt), mode, (index, item, text), 1 + self._random.randrange(3)
        )
        self._indices.pop()
        left = (inner.prompt, self._operand(inner, STR))
        args, inits, results = (
            (prompt, text),
            (scope.prompt, first),
            (Value(PROMPT), Value(STR, "last")),
        )
        if self._chance(40):
            broken = Value(BOOL, "broken")
            builder = self._unless(broken, args, builder, (*left, self._operand(inner, BOOL)))
            args, inits, results = (
                (*args, broken), (*inits, Const(False, BOOL)), (*results, Value(BOOL, "broken"))
            )  # fmt: skip
        else:
            builder.emit(Yield(values=left))
        self._builder.emit(
            For(
                results=results,
                items=self._items(scope),
                inits=inits,
                body=builder.seal(index, item, *args),
                key=self._key() if self._chance(30) else None,
            )
        )
        self._after(scope, results)

    def _unless(
        self, broken: Value, args: tuple[Value, ...], body: BlockBuilder, left: tuple[Operand, ...]
    ) -> BlockBuilder:
        """The body of a loop with `break`: once it was left, what it carries stays as it is."""
        body.emit(Yield(values=left))
        still, whole = BlockBuilder(), BlockBuilder()
        still.emit(Yield(values=(*args, Const(True, BOOL))))
        results = tuple(Value(each.type) for each in (*args, broken))
        whole.emit(If(results=results, cond=broken, then=still.seal(), orelse=body.seal()))
        whole.emit(Yield(values=results))
        return whole

    def _items(self, scope: Scope) -> Operand:
        """A short list to go over, empty at times; lists from models may be long."""
        if self._chance(8):
            return Const([], TEXTS)
        if self._chance(50):
            return self._constant(TEXTS)
        found = [
            v for v in scope.values.get(TEXTS, []) if isinstance(v, Value) and v.hint == "docs"
        ]
        return found[0] if found else self._constant(TEXTS)

    def _key(self) -> Block:
        item, builder = Value(STR, "item"), BlockBuilder()
        length = builder.emit(Builtin(result=Value(INT), name="len", args=(item,))).result
        builder.emit(Yield(values=(length,)))
        return builder.seal(item)

    def _while(self, scope: Scope, mode: Mode) -> None:
        seen, now = Value(INT, "n"), Value(INT, "n")
        asked, prompt = Value(PROMPT), Value(PROMPT)
        cond = BlockBuilder()
        goes_on = Compare(result=Value(BOOL), op="lt", left=seen, right=self._operand(scope, INT))
        cond.emit(goes_on)
        cond.emit(Yield(values=(goes_on.result,)))
        index = Value(INT, "turn")
        self._indices.append(index)
        builder, inner = self._region(
            scope.inner(prompt), mode, (index, now), 1 + self._random.randrange(2)
        )
        self._indices.pop()
        more = Arith(result=Value(INT), op="add", args=(now, Const(1, INT)))
        builder.emit(more)
        builder.emit(Yield(values=(inner.prompt, more.result)))
        results = (Value(PROMPT), Value(INT, "turns"))
        self._builder.emit(
            While(
                results=results,
                inits=(scope.prompt, Const(0, INT)),
                cond=cond.seal(asked, seen),
                body=builder.seal(index, prompt, now),
                limit=Const(self._random.randrange(4), INT),
            )
        )
        self._after(scope, results)

    def _fork(self, scope: Scope, mode: Mode) -> None:
        items = self._arms_of(scope)
        index = Value(INT, "arm")
        item = Value(items.type.item if isinstance(items.type, ListType) else STR, "item")
        self._indices.append(index)
        shared = str(self._any(LITERALS)) if mode != "outside" and self._chance(50) else ""
        builder, inner = self._arm(scope.inner(scope.prompt), mode, (index, item), shared)
        self._indices.pop()
        builder.emit(Yield(values=(inner.prompt, self._operand(inner, STR))))
        results = (Value(PROMPTS, "arms"), Value(TEXTS, "found"))
        self._builder.emit(Fork(results=results, items=items, bodies=(builder.seal(index, item),)))
        scope.arms.append(results[0])
        scope.add(results[1])

    def _arms_of(self, scope: Scope) -> Operand:
        """What a fork goes over: words, a list that the run finds, or as many numbers as it computes."""
        if self._chance(15):
            small = Arith(
                result=Value(INT), op="mod", args=(self._operand(scope, INT), Const(4, INT))
            )
            self._builder.emit(small)
            numbers = Builtin(result=Value(NUMBERS, "numbers"), name="range", args=(small.result,))
            return self._builder.emit(numbers).result
        if self._chance(35):
            return self._items(scope)
        return Const([self._word() for _ in range(2 + self._random.randrange(2))], TEXTS)

    def _parallel(self, scope: Scope, mode: Mode) -> None:
        bodies: list[Block] = []
        results: list[Value] = []
        shared = str(self._any(LITERALS)) if mode != "outside" and self._chance(50) else ""
        for number in range(2 + self._random.randrange(3) * self._chance(40)):
            builder, inner = self._arm(scope.inner(scope.prompt), mode, (), shared)
            builder.emit(Yield(values=(inner.prompt, self._operand(inner, STR))))
            bodies.append(builder.seal())
            results += [Value(PROMPT), Value(STR, f"arm{number}")]
        self._builder.emit(Fork(results=tuple(results), items=None, bodies=tuple(bodies)))
        both = MakeList(result=Value(PROMPTS), items=(results[0], results[2]))
        if self._chance(50):
            self._builder.emit(both)
            scope.arms.append(both.result)
        scope.add(results[1])
        scope.add(results[3])

    def _image(self, scope: Scope, mode: Mode) -> None:
        """An image in an arm that never runs: the hash model does not see."""
        dead = BlockBuilder()
        seen = Value(PROMPT)
        image = Const("cat.png", STR)
        dead.emit(Image(result=seen, prompt=scope.prompt, image=image))
        dead.emit(Yield(values=(seen,)))
        live = BlockBuilder()
        live.emit(Yield(values=(scope.prompt,)))
        results = (Value(PROMPT),)
        found = [v for v in scope.values.get(BOOL, []) if getattr(v, "hint", "") == "never"]
        cond = found[0] if found else Const(False, BOOL)
        self._builder.emit(If(results=results, cond=cond, then=dead.seal(), orelse=live.seal()))
        self._after(scope, results)


_Statement = Callable[[Writer, Scope, Mode], None]
_VALUE_STATEMENTS: list[_Statement] = [
    Writer._compute,
    Writer._compute,
    Writer._compute,
    Writer._host,
    Writer._call,
    Writer._hint,
    Writer._pick,
    Writer._use,
]
_PROMPT_STATEMENTS: list[_Statement] = [
    Writer._text,
    Writer._echo,
    Writer._insert,
    Writer._insert,
    Writer._gen,
    Writer._gen,
    Writer._gen,
    Writer._select,
    Writer._unordered,
    Writer._image,
]
_CONTROL_STATEMENTS: list[_Statement] = [
    Writer._if,
    Writer._if,
    Writer._for,
    Writer._while,
    Writer._fork,
    Writer._fork,
    Writer._parallel,
]

PARAMETERS: tuple[tuple[str, Type], ...] = (
    ("never", BOOL),
    ("topic", STR),
    ("count", INT),
    ("docs", TEXTS),
)


def generate(source: random.Random, alternates: bool = False, calls: bool = True) -> RandomProgram:
    """One random program with its arguments; equal sources give equal programs.

    `alternates`: turns are questions and answers in turn, for templates that take nothing else. `calls`: models may
    call tools, for templates that say how.
    """
    write = partial(Writer, source, alternates=alternates, calls=calls)
    raw = write(budget=3).fragment("raw_text", "raw")
    turned = write(budget=3).fragment("outside_turn", "outside")
    helper = write((raw, turned), budget=4).program("helper")
    main = write((raw, turned), (helper,)).program("main")
    module = Module((helper, main), (raw, turned), EXTERNS)
    count = source.randrange(4)
    docs: list[Json] = [_argument(source) for _ in range(1 + count % 3)]
    args: dict[str, Json] = {
        "never": False,
        "topic": _argument(source),
        "count": count,
        "docs": docs if source.randrange(12) else [],
    }
    return RandomProgram(module, "main", args)


def _argument(source: random.Random) -> str:
    words = ODD_WORDS if source.randrange(10) == 0 else WORDS
    return words[source.randrange(len(words))]


def programs() -> st.SearchStrategy[RandomProgram]:
    """Random programs, for hypothesis: it shrinks them by making simpler choices."""
    return st.randoms(use_true_random=False).map(generate)


def seeded(count: int, seed: int = 0) -> list[RandomProgram]:
    """That many programs, the same every time."""
    return [generate(random.Random(seed * 1_000_003 + number)) for number in range(count)]


def histogram(found: list[RandomProgram]) -> dict[str, float]:
    """In which share of programs each op occurs, fragments and called programs included."""
    counts: Counter[str] = Counter()
    for program in found:
        owners = (*program.module.programs, *program.module.fragments)
        counts.update({type(op).__name__ for owner in owners for op in walk(owner.body)})
    return {name: count / len(found) for name, count in counts.items()}


if __name__ == "__main__":
    for name, share in sorted(histogram(seeded(1000)).items(), key=lambda pair: pair[1]):
        print(f"{name:12} {share:6.1%}")
