"""Reading the ops of one body: scopes, regions, and one method per form of line.

The parser's upper half is `parser.py`, its lower half `cursor.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, cast, get_args

from ..infer import const_type, has_samples, region_arg_types, result_types
from ..ops import (
    Arith,
    ArithOp,
    Block,
    Builtin,
    Call,
    Collect,
    Compare,
    CompareOp,
    Const,
    Edge,
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
    Mark,
    Op,
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
from ..sampling import (
    SAMPLING_TYPES,
    SELECT_METHODS,
    Constraint,
    ConstraintKind,
    Sampling,
    SelectMethod,
    takes,
)
from ..span import Span
from ..structure import results, with_results
from ..types import ANY, PROMPT, Type
from .cursor import Cursor
from .names import hint_of

MAX_REGION_DEPTH = 60
_NO_BLOCK = Block((), ())


class _Target(NamedTuple):
    """A result as it is written: a name or `_`, perhaps with a type; `none` for no result."""

    name: str | None
    type: Type | None
    span: Span


class OpReader:
    """Reads the body of one program or fragment. Names are unique in it; regions are scopes."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._scope: dict[str, Value] = {}
        self._defined: set[str] = set()
        self._depth = 0

    # --- definitions and scopes -----------------------------------------------------------------

    def new_param(self) -> tuple[str, Value]:
        """Read and define `%name: type` of a parameter, which keeps its name whatever it is."""
        target = self._target()
        if target.name in (None, "_") or target.type is None:
            raise self._cursor.failure("1001", "expected `%name: type`", target.span)
        return target.name, self._define(target, ANY, hint=target.name)

    def new_argument(self, expected: Type | None) -> Value:
        """Read and define a block argument; without an expected type it must be written."""
        target = self._target()
        if target.type is None and expected is None:
            raise self._cursor.failure("1001", "expected a type", target.span)
        return self._define(target, expected or ANY)

    def _target(self) -> _Target:
        start = self._cursor.at
        name = None if self._cursor.take("none") else self._cursor.value_name()
        if name is None and self._cursor.end_of_last <= start:
            raise self._cursor.unexpected("a `%value`")
        span = self._cursor.since(start)
        kind = self._cursor.type() if self._cursor.take(":") else None
        return _Target(name, kind, span)

    def _define(self, target: _Target, expected: Type, hint: str | None = None) -> Value:
        name = target.name or "_"
        value = Value(target.type or expected, hint_of(name) if hint is None else hint)
        if name == "_":
            return replace(value, hint="")
        if name in self._defined:
            raise self._cursor.failure("1005", f"`%{name}` is defined twice", target.span)
        self._defined.add(name)
        self._scope[name] = value
        return value

    @contextmanager
    def _inner_scope(self) -> Generator[None]:
        outer = self._scope
        self._scope = dict(outer)
        self._depth += 1
        if self._depth > MAX_REGION_DEPTH:
            raise self._cursor.failure("1007", f"regions nested deeper than {MAX_REGION_DEPTH}")
        yield
        self._scope = outer
        self._depth -= 1

    # --- blocks ---------------------------------------------------------------------------------

    def block(self, args: tuple[Value, ...]) -> Block:
        """Read `{ ... }` with arguments that are defined already."""
        self._cursor.expect("{")
        return self.block_rest(args)

    def block_rest(self, args: tuple[Value, ...]) -> Block:
        """Read ops up to the closing brace."""
        ops: list[Op] = []
        while not self._cursor.take("}"):
            ops.append(self._op())
        return Block(args, tuple(ops))

    def _region(self, keyword: str, types: tuple[Type, ...]) -> Block:
        """Read `keyword (args) { ... }` in a scope of its own."""
        if keyword:
            self._cursor.expect(keyword)
        with self._inner_scope():
            args: list[Value] = []
            for _ in self._list("(", ")") if self._cursor.peek("(") else ():
                expected = types[len(args)] if len(args) < len(types) else None
                args.append(self.new_argument(expected))
            return self.block(tuple(args))

    def _op(self) -> Op:
        start = self._cursor.at
        targets = self._targets()
        word_at = self._cursor.at
        keyword = self._cursor.word("an op")
        read = _READERS.get(keyword)
        if read is None:
            near = difflib.get_close_matches(keyword, _READERS, 1)
            hint = f" (did you mean `{near[0]}`?)" if near else ""
            span = self._cursor.since(word_at)
            raise self._cursor.failure("1002", f"no op `{keyword}`{hint}", span)
        op = self._bind(read(self, len(targets)), targets, self._cursor.since(start))
        line = op.span.text.find("\n") if op.span else -1
        return (
            op if line < 0 or not op.span else replace(op, span=replace(op.span, end=start + line))
        )

    def _targets(self) -> list[_Target]:
        if not (self._cursor.starts_value() or self._cursor.peek("none")):
            return []
        targets = [self._target()]
        while self._cursor.take(","):
            targets.append(self._target())
        self._cursor.expect("=")
        return targets

    def _bind(self, op: Op, targets: list[_Target], span: Span) -> Op:
        """Give the op its results as they are named, with the types that follow if none stand."""
        named = targets
        if isinstance(op, Gen) and targets and targets[0].name is None:
            op, named = replace(op, prompt=None), targets[1:]
        wanted = len(results(op))
        if wanted != len(named):
            raise self._cursor.failure("1009", f"{wanted} results, {len(named)} names", span)
        types = result_types(op)
        values = tuple(
            self._define(target, types[i] if i < len(types) else ANY)
            for i, target in enumerate(named)
        )
        return replace(with_results(op, values), span=span)

    # --- operands -------------------------------------------------------------------------------

    def _list(self, opening: str, closing: str) -> Iterator[None]:
        """Once per comma-separated item between two marks; the loop's body reads the item."""
        self._cursor.expect(opening)
        if self._cursor.take(closing):
            return
        yield
        while not self._cursor.take(closing):
            self._cursor.expect(",")
            yield

    def _operand(self) -> Operand:
        start = self._cursor.at
        if self._cursor.starts_json():
            value = self._cursor.json()
            return Const(value, const_type(value))
        if self._cursor.take("("):
            value = self._cursor.json()
            self._cursor.expect(":")
            const = Const(value, self._cursor.type())
            self._cursor.expect(")")
            return const
        name = self._cursor.value_name()
        if name is None:
            raise self._cursor.unexpected("an operand")
        if name not in self._scope:
            raise self._unknown(name, self._cursor.since(start))
        return self._scope[name]

    def _unknown(self, name: str, span: Span) -> Exception:
        near = difflib.get_close_matches(name, self._scope, 1)
        hint = f" (did you mean `%{near[0]}`?)" if near else ""
        return self._cursor.failure("1003", f"`%{name}` is not bound here{hint}", span)

    def _in_marks(self, opening: str, closing: str) -> tuple[Operand, ...]:
        return tuple(self._operand() for _ in self._list(opening, closing))

    def _bare_operands(self) -> tuple[Operand, ...]:
        """Comma-separated operands to the end of the line; none where no operand stands."""
        if not self._cursor.starts_operand():
            return ()
        found = [self._operand()]
        while self._cursor.take(","):
            found.append(self._operand())
        return tuple(found)

    def _and_operand(self) -> Operand:
        self._cursor.expect(",")
        return self._operand()

    def one_operand(self) -> tuple[Operand, ...]:
        """Read one operand."""
        return (self._operand(),)

    def two_operands(self) -> tuple[Operand, Operand]:
        """Read two operands with a comma between."""
        return self._operand(), self._and_operand()

    def _choice(self, choices: tuple[str, ...], what: str) -> str:
        start = self._cursor.at
        word = self._cursor.word(what)
        if word not in choices:
            wanted = ", ".join(choices)
            raise self._cursor.failure(
                "1001", f"expected one of {wanted}", self._cursor.since(start)
            )
        return word

    def _site(self) -> tuple[str, tuple[Operand, ...]]:
        self._cursor.expect("site")
        site = self._cursor.string()
        return site, self._in_marks("[", "]") if self._cursor.take("at") else ()

    def _name(self) -> str:
        return self._cursor.string() if self._cursor.take("name") else ""

    # --- prompts --------------------------------------------------------------------------------

    def root(self, _: int) -> Op:
        return Root(result=_new(PROMPT), bos=not self._cursor.take("no_bos"))

    def text(self, _: int) -> Op:
        prompt = self._operand()
        self._cursor.expect(",")
        text = self._cursor.string()
        is_plain = self._cursor.take("plain")
        has_marks = self._cursor.take("marks")
        marks = tuple(self._mark() for _ in self._list("[", "]")) if has_marks else ()
        return Text(result=_new(PROMPT), prompt=prompt, text=text, plain=is_plain, marks=marks)

    def _mark(self) -> Mark:
        start = self._cursor.number()
        self._cursor.expect(":")
        end = self._cursor.number()
        edge, role = self._edge_and_role()
        return Mark(start, end, role, edge)

    def _edge_and_role(self) -> tuple[Edge, Role]:
        edge = self._choice(get_args(Edge), "`begin` or `end`")
        return cast("Edge", edge), cast("Role", self._choice(get_args(Role), "a role"))

    def insert(self, _: int) -> Op:
        return Insert(result=_new(PROMPT), prompt=self._operand(), value=self._and_operand())

    def image(self, _: int) -> Op:
        return Image(result=_new(PROMPT), prompt=self._operand(), image=self._and_operand())

    def turn(self, _: int) -> Op:
        prompt = self._operand()
        self._cursor.expect(",")
        edge, role = self._edge_and_role()
        tools = self._operand() if self._cursor.take("tools") else None
        return Turn(result=_new(PROMPT), prompt=prompt, role=role, edge=edge, tools=tools)

    def use(self, _: int) -> Op:
        prompt = self._operand()
        self._cursor.expect(",")
        name, args = self._cursor.symbol(), self._in_marks("(", ")")
        site, indices = self._site()
        return Use(
            result=_new(PROMPT), prompt=prompt, fragment=name, args=args, site=site, indices=indices
        )

    def pick(self, _: int) -> Op:
        return Pick(result=_new(PROMPT), prompts=self._operand(), index=self._and_operand())

    def prefetch(self, _: int) -> Op:
        return Prefetch(prompt=self._operand(), speculative=self._cursor.take("speculative"))

    def retain(self, _: int) -> Op:
        prompt = self._operand()
        self._cursor.expect("next_use")
        next_use = self._cursor.number()
        return Retain(prompt=prompt, next_use=next_use, pin=self._cursor.take("pin"))

    def release(self, _: int) -> Op:
        return Release(prompt=self._operand())

    def unordered(self, _: int) -> Op:
        prompt = self._operand()
        batch = self._cursor.number() if self._cursor.take("batch") else None
        sections: list[Block] = []
        while self._cursor.peek("section"):
            sections.append(self._region("section", (PROMPT,)))
        return Unordered(result=_new(PROMPT), prompt=prompt, sections=tuple(sections), batch=batch)

    # --- calls ----------------------------------------------------------------------------------

    def gen(self, count: int) -> Op:
        source = self._operand()
        sampling = self._sampling() if self._cursor.peek("(") else Sampling()
        has_dynamic = self._cursor.take("dynamic")
        dynamic = tuple(self._dynamic() for _ in self._list("(", ")")) if has_dynamic else ()
        constraint = self._constraint() if self._cursor.take("as") else None
        site, indices = self._site()
        op = Gen(
            prompt=None, value=_new(ANY), source=source, site=site, indices=indices,
            sampling=sampling, constraint=constraint, dynamic=dynamic, name=self._name(),
        )  # fmt: skip
        leading = 1 if has_samples(op) else 2
        prompt = None if has_samples(op) else _new(PROMPT)
        return replace(op, prompt=prompt, samples=_new(PROMPT) if count > leading else None)

    def _sampling(self) -> Sampling:
        changes: dict[str, object] = {}
        for _ in self._list("(", ")"):
            start = self._cursor.at
            name = self._cursor.word("a parameter")
            if name not in SAMPLING_TYPES:
                span = self._cursor.since(start)
                raise self._cursor.failure("1006", f"no sampling parameter `{name}`", span)
            self._cursor.expect("=")
            changes[name] = self._sampling_value(name, self._cursor.json(), start)
        return Sampling().merged(**changes)

    def _sampling_value(self, name: str, value: Json, start: int) -> object:
        if not takes(name, value):
            wanted = SAMPLING_TYPES[name]
            span = self._cursor.since(start)
            raise self._cursor.failure("1006", f"`{name}` takes {wanted}", span)
        return tuple(value) if isinstance(value, list) else value

    def _dynamic(self) -> tuple[str, Operand]:
        known = (*SAMPLING_TYPES, *get_args(ConstraintKind))
        name = self._choice(known, "a parameter")
        self._cursor.expect("=")
        return name, self._operand()

    def _constraint(self) -> Constraint:
        kind = self._choice(get_args(ConstraintKind), "a kind of constraint")
        text = self._cursor.string()
        if self._cursor.take("free"):
            return Constraint(cast("ConstraintKind", kind), text, "free")
        style = "spliced" if self._cursor.take("spliced") else "canonical"
        return Constraint(cast("ConstraintKind", kind), text, style)

    def select(self, _: int) -> Op:
        source, choices = self._operand(), self._and_operand()
        is_given = self._cursor.take("method")
        method = self._choice(SELECT_METHODS, "a method") if is_given else SELECT_METHODS[0]
        site, indices = self._site()
        return Select(
            prompt=_new(PROMPT), value=_new(ANY), source=source, choices=choices, site=site,
            indices=indices, method=cast("SelectMethod", method), name=self._name(),
        )  # fmt: skip

    def host(self, _: int) -> Op:
        name, args = self._cursor.symbol(), self._in_marks("(", ")")
        return Host(result=_new(ANY), extern=name, args=args, pure=self._cursor.take("pure"))

    def call(self, _: int) -> Op:
        name, args = self._cursor.symbol(), self._in_marks("(", ")")
        site, indices = self._site()
        return Call(result=_new(ANY), program=name, args=args, site=site, indices=indices)

    # --- values ---------------------------------------------------------------------------------

    def format(self, _: int) -> Op:
        return Format(result=_new(ANY), parts=self._in_marks("(", ")"))

    def list(self, _: int) -> Op:
        return MakeList(result=_new(ANY), items=self._in_marks("(", ")"))

    def record(self, _: int) -> Op:
        pairs = [self._field_value() for _ in self._list("(", ")")]
        names, values = tuple(n for n, _ in pairs), tuple(v for _, v in pairs)
        return MakeRecord(result=_new(ANY), names=names, values=values)

    def _field_value(self) -> tuple[str, Operand]:
        name = self._cursor.field_name()
        self._cursor.expect("=")
        return name, self._operand()

    def field(self, _: int) -> Op:
        record = self._operand()
        self._cursor.expect(",")
        return GetField(result=_new(ANY), record=record, name=self._cursor.field_name())

    def index(self, _: int) -> Op:
        return Index(result=_new(ANY), items=self._operand(), index=self._and_operand())

    def builtin(self, _: int) -> Op:
        name = self._cursor.word("a function")
        return Builtin(result=_new(ANY), name=name, args=self._in_marks("(", ")"))

    def collect(self, _: int) -> Op:
        draft = Collect(result=_new(ANY), items=self._operand(), body=_NO_BLOCK)
        return replace(draft, body=self._region("each", region_arg_types(draft)[0]))

    # --- control --------------------------------------------------------------------------------

    def if_(self, count: int) -> Op:
        cond = self._operand()
        then = self._region("", ())
        return If(results=_many(count), cond=cond, then=then, orelse=self._region("else", ()))

    def for_(self, count: int) -> Op:
        items = self._operand()
        self._cursor.expect("from")
        inits = self._in_marks("(", ")")
        draft = For(results=_many(count), items=items, inits=inits, body=_NO_BLOCK, key=_NO_BLOCK)
        body_types, key_types = region_arg_types(draft)
        body = self._region("each", body_types)
        key = self._region("by", key_types) if self._cursor.peek("by") else None
        return replace(draft, body=body, key=key)

    def while_(self, count: int) -> Op:
        self._cursor.expect("from")
        inits = self._in_marks("(", ")")
        self._cursor.expect("max")
        draft = While(
            results=_many(count), inits=inits, cond=_NO_BLOCK, body=_NO_BLOCK, limit=self._operand()
        )
        cond_types, body_types = region_arg_types(draft)
        cond = self._region("cond", cond_types)
        return replace(draft, cond=cond, body=self._region("do", body_types))

    def fork(self, count: int) -> Op:
        items = self._operand() if self._cursor.starts_operand() else None
        draft = Fork(results=_many(count), items=items, bodies=(_NO_BLOCK,))
        types = region_arg_types(draft)[0]
        bodies: list[Block] = []
        while self._cursor.peek("arm"):
            bodies.append(self._region("arm", types))
        return replace(draft, bodies=tuple(bodies))

    def yield_(self, _: int) -> Op:
        return Yield(values=self._bare_operands())

    def return_(self, _: int) -> Op:
        return Return(value=self._operand())


def _new(kind: Type) -> Value:
    """A stand-in for a result until its name and type are known."""
    return Value(kind)


def _many(count: int) -> tuple[Value, ...]:
    return tuple(_new(ANY) for _ in range(count))


def _compare_reader(kind: CompareOp) -> Callable[[OpReader, int], Op]:
    def read(reader: OpReader, _: int) -> Op:
        left, right = reader.two_operands()
        return Compare(result=_new(ANY), op=kind, left=left, right=right)

    return read


def _arith_reader(kind: ArithOp) -> Callable[[OpReader, int], Op]:
    def read(reader: OpReader, _: int) -> Op:
        args = reader.one_operand() if kind in ("neg", "not") else reader.two_operands()
        return Arith(result=_new(ANY), op=kind, args=args)

    return read


_READERS: dict[str, Callable[[OpReader, int], Op]] = {
    "root": OpReader.root,
    "text": OpReader.text,
    "insert": OpReader.insert,
    "turn": OpReader.turn,
    "image": OpReader.image,
    "use": OpReader.use,
    "gen": OpReader.gen,
    "select": OpReader.select,
    "pick": OpReader.pick,
    "prefetch": OpReader.prefetch,
    "retain": OpReader.retain,
    "release": OpReader.release,
    "unordered": OpReader.unordered,
    "format": OpReader.format,
    "list": OpReader.list,
    "record": OpReader.record,
    "field": OpReader.field,
    "index": OpReader.index,
    "builtin": OpReader.builtin,
    "collect": OpReader.collect,
    "if": OpReader.if_,
    "for": OpReader.for_,
    "while": OpReader.while_,
    "fork": OpReader.fork,
    "yield": OpReader.yield_,
    "return": OpReader.return_,
    "host": OpReader.host,
    "call": OpReader.call,
    **{kind: _compare_reader(kind) for kind in get_args(CompareOp)},
    **{kind: _arith_reader(kind) for kind in get_args(ArithOp)},
}
