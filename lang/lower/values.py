"""Expressions to values of the IR: one op per step, constants stay inline.

The base of the lowering: it holds the block that is being built, the names and where each call
stands in the source. `lower_statements.py` builds on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from ...ir.builder import BlockBuilder
from ...ir.diagnostic import CompileFailed, Diagnostic, Label
from ...ir.ops import (
    Arith,
    BaseOp,
    Block,
    Builtin,
    Call,
    Collect,
    Compare,
    Const,
    Format,
    GetField,
    Host,
    If,
    Index,
    MakeList,
    MakeRecord,
    Operand,
    Pick,
    Value,
    Yield,
)
from ...ir.span import Span
from ...ir.types import (
    ANY,
    BOOL,
    NONE,
    PROMPT,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
)
from ...ir.values.operations import text_form
from ..check.facts import BuiltinCall, SymbolCall
from ..check.files import Checked
from ..check.symbols import ExternSymbol, ParamSymbol, ProgramSymbol, TextSymbol
from ..syntax import nodes as s

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_REGIONS = 56
"""Regions in each other; the IR's own limit is 60."""

_OpT = TypeVar("_OpT", bound=BaseOp)
TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)


@dataclass(eq=False)
class Sites:
    """Numbers the calls of one program or fragment in source order."""

    count: int = 0

    def next(self) -> str:
        """The next site."""
        self.count += 1
        return str(self.count)


@dataclass(eq=False)
class Frame:
    """What is being built right now: a block, the names bound in it, the prompt as it stands."""

    builder: BlockBuilder
    outer: Frame | None = None
    names: dict[str, Operand] = field(default_factory=dict)
    prompt: Operand | None = None
    indices: tuple[Operand, ...] = ()
    depth: int = 0

    def lookup(self, name: str) -> Operand | None:
        """What a name stands for here."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return None


class ValueLowering:
    """Lowers expressions into the current frame."""

    def __init__(self, checked: Checked, needed: Callable[[object], None]) -> None:
        self.checked, self.facts = checked, checked.facts
        self.needed = needed
        self.sites = Sites()
        self.frame = Frame(BlockBuilder())

    # --- frames -----------------------------------------------------------------------------------

    def emit(self, op: _OpT) -> _OpT:
        """Add an op to the current block."""
        return self.frame.builder.emit(op)

    @contextmanager
    def region(self, span: Span, index: Operand | None = None) -> Generator[Frame]:
        """Build a block inside the current one. Names and prompt come from outside."""
        outer = self.frame
        if outer.depth >= MAX_REGIONS:
            label = Label(Span(span.source, span.start, min(span.end, span.start + 40)))
            helps = ("move the inner part to a program of its own",)
            headline = "blocks and conditions nest too deep"
            raise CompileFailed([Diagnostic("SGL0021", headline, (label,), helps)])
        indices = outer.indices if index is None else (*outer.indices, index)
        self.frame = Frame(BlockBuilder(), outer, {}, outer.prompt, indices, outer.depth + 1)
        yield self.frame
        self.frame = outer

    def seal(self, frame: Frame, args: Sequence[Value], results: Sequence[Operand]) -> Block:
        """End a region with what it yields."""
        frame.builder.emit(Yield(tuple(results)))
        return frame.builder.seal(*args)

    def kind(self, expr: s.Expr) -> Type:
        """The type that the checker found."""
        return self.facts.types.get(expr, ANY)

    # --- expressions ------------------------------------------------------------------------------

    def value(self, expr: s.Expr) -> Operand:
        """The value of an expression."""
        match expr:
            case s.Literal(value):
                return Const(value, self.kind(expr))
            case s.Text(parts):
                return self._text(expr, parts)
            case s.Name(name):
                return self._name(expr, name)
            case s.ListExpr(items):
                return self._list(expr, items)
            case s.Comprehension():
                return self._comprehension(expr)
            case s.RecordExpr(entries):
                return self._record(expr, entries)
            case s.Field():
                return self._field(expr)
            case s.Subscript(items, index):
                return self._subscript(expr, items, index)
            case s.Slice(items, first, last):
                bounds = [Const(None, NONE) if b is None else self.value(b) for b in (first, last)]
                return self._builtin(expr, "slice", [self.value(items), *bounds])
            case s.Unary(op, value):
                result = Value(self.kind(expr))
                return self.emit(Arith(result, op, (self.value(value),), span=expr.span)).result
            case s.Binary(op, left, right):
                args = (self.value(left), self.value(right))
                result = Value(self.kind(expr))
                return self.emit(Arith(result, op, args, span=expr.span)).result
            case s.Comparison():
                return self._comparison(expr)
            case s.Logic(op, left, right):
                return self._logic(expr, op == "and", left, right)
            case s.Conditional(then, condition, orelse):
                sides = (lambda: self.value(then), lambda: self.value(orelse))
                return self.choose(expr, self.value(condition), *sides)
            case s.Call():
                return self._call(expr)

    def _text(self, expr: s.Text, parts: tuple[str | s.Expr, ...]) -> Operand:
        operands = self.pieces(parts)
        if all(isinstance(operand, Const) for operand in operands):
            return Const("".join(text_form(o.value) for o in operands if isinstance(o, Const)), STR)
        return self.emit(Format(Value(STR), tuple(operands), span=expr.span)).result

    def pieces(self, parts: tuple[str | s.Expr, ...]) -> list[Operand]:
        """The operands of a text with holes; literal neighbours are joined."""
        result: list[Operand] = []
        for part in parts:
            operand = Const(part, STR) if isinstance(part, str) else self.value(part)
            last = result[-1] if result else None
            if isinstance(operand, Const) and isinstance(last, Const):
                if isinstance(last.value, str) and isinstance(operand.value, str):
                    result[-1] = Const(last.value + operand.value, STR)
                    continue
            result.append(operand)
        return result

    def _name(self, expr: s.Expr, name: str) -> Operand:
        found = self.frame.lookup(name)
        if found is not None:
            return found
        symbol = self.facts.symbols[expr]
        assert isinstance(symbol, TextSymbol)
        return Const(symbol.value, STR)

    def _list(self, expr: s.Expr, items: tuple[s.Expr, ...]) -> Operand:
        operands = tuple(self.value(item) for item in items)
        if all(isinstance(operand, Const) for operand in operands):
            values = [operand.value for operand in operands if isinstance(operand, Const)]
            return Const(values, self.kind(expr))
        return self.emit(MakeList(Value(self.kind(expr)), operands, span=expr.span)).result

    def _record(self, expr: s.Expr, entries: tuple[tuple[s.Ident, s.Expr], ...]) -> Operand:
        names = tuple(name.text for name, _ in entries)
        operands = tuple(self.value(value) for _, value in entries)
        if operands and all(isinstance(operand, Const) for operand in operands):
            values = [operand.value for operand in operands if isinstance(operand, Const)]
            return Const(dict(zip(names, values, strict=True)), self.kind(expr))
        return self.emit(MakeRecord(Value(self.kind(expr)), names, operands, span=expr.span)).result

    def _field(self, expr: s.Field) -> Operand:
        symbol = self.facts.symbols.get(expr)
        if isinstance(symbol, TextSymbol):
            return Const(symbol.value, STR)
        record = self.value(expr.value)
        return self.field_of(record, expr.name.text, expr.span)

    def field_of(self, record: Operand, name: str, span: Span) -> Operand:
        """A field of a record."""
        kind = record.type.item if isinstance(record.type, OptionalType) else record.type
        found = kind.field(name) if isinstance(kind, RecordType) else None
        return self.emit(GetField(Value(found or ANY, name), record, name, span=span)).result

    def _subscript(self, expr: s.Expr, items: s.Expr, index: s.Expr) -> Operand:
        base, place = self.value(items), self.value(index)
        kind = self.kind(expr)
        if kind == PROMPT:
            return self.emit(Pick(Value(PROMPT), base, place, span=expr.span)).result
        return self.emit(Index(Value(kind), base, place, span=expr.span)).result

    def _comparison(self, expr: s.Comparison) -> Operand:
        left, right = self.value(expr.left), self.value(expr.right)
        op = "in" if expr.op == "not in" else expr.op
        result = self.emit(Compare(Value(BOOL), op, left, right, span=expr.span)).result
        if expr.op == "not in":
            return self.emit(Arith(Value(BOOL), "not", (result,), span=expr.span)).result
        return result

    def _logic(self, expr: s.Logic, is_and: bool, left: s.Expr, right: s.Expr) -> Operand:
        first = self.value(left)
        if is_and:
            return self.choose(expr, first, lambda: self.value(right), lambda: FALSE)
        return self.choose(expr, first, lambda: TRUE, lambda: self.value(right))

    def choose(
        self,
        expr: s.Expr,
        cond: Operand,
        then: Callable[[], Operand],
        orelse: Callable[[], Operand],
    ) -> Operand:
        """One of two values, of which only the chosen one is computed."""
        with self.region(expr.span) as first:
            yes = self.seal(first, (), (then(),))
        with self.region(expr.span) as second:
            no = self.seal(second, (), (orelse(),))
        result = Value(self.kind(expr))
        return self.emit(If((result,), cond, yes, no, span=expr.span)).results[0]

    def _comprehension(self, expr: s.Comprehension) -> Operand:
        """A comprehension; with a condition first a list of the kept items: others have no value."""
        items = self.value(expr.items)
        if expr.condition is not None:
            condition = expr.condition
            items = self._collect(expr, items, lambda item: (item, self.value(condition)))
        return self._collect(expr, items, lambda item: (self.value(expr.value), TRUE))

    def _collect(
        self,
        expr: s.Comprehension,
        items: Operand,
        of_item: Callable[[Operand], tuple[Operand, Operand]],
    ) -> Operand:
        """The values that a function gives for the items it keeps."""
        name = expr.targets[0].text if len(expr.targets) == 1 else "item"
        item = Value(_item(items.type), name)
        with self.region(expr.span) as frame:
            self.bind_targets(expr.targets, item, expr.span)
            value, keep = of_item(item)
            body = self.seal(frame, (item,), (value, keep))
        return self.emit(Collect(Value(ListType(value.type)), items, body, span=expr.span)).result

    def bind_targets(self, targets: tuple[s.Ident, ...], item: Value, span: Span) -> None:
        """Bind the names of a loop to an item, or to its fields in order."""
        if len(targets) == 1:
            self.frame.names[targets[0].text] = item
            return
        fields = item.type.fields if isinstance(item.type, RecordType) else ()
        for target, (name, _) in zip(targets, fields, strict=False):
            self.frame.names[target.text] = self.field_of(item, name, span)

    # --- calls ------------------------------------------------------------------------------------

    def _call(self, expr: s.Call) -> Operand:
        fact = self.facts.calls[expr]
        if isinstance(fact, BuiltinCall):
            return self._builtin(expr, fact.name, [self.value(arg) for arg in fact.args])
        assert isinstance(fact, SymbolCall)
        symbol = fact.symbol
        args = self.arguments(fact.args, symbol.params)
        self.needed(symbol)
        if isinstance(symbol, ExternSymbol):
            result = Value(symbol.result)
            op = Host(result, symbol.name, args, symbol.pure, span=expr.span)
            return self.emit(op).result
        assert isinstance(symbol, ProgramSymbol)
        site = self.sites.next()
        result = Value(symbol.result)
        call = Call(result, symbol.unique, args, site, self.frame.indices, span=expr.span)
        return self.emit(call).result

    def arguments(
        self, args: Sequence[s.Expr | None], params: Sequence[ParamSymbol]
    ) -> tuple[Operand, ...]:
        """Arguments in parameter order; defaults are filled in."""
        return tuple(
            _default(param) if arg is None else self.value(arg)
            for arg, param in zip(args, params, strict=True)
        )

    def _builtin(self, expr: s.Expr, name: str, args: list[Operand]) -> Operand:
        result = Value(self.kind(expr))
        return self.emit(Builtin(result, name, tuple(args), span=expr.span)).result


def _default(param: ParamSymbol) -> Const:
    value = param.default[0] if param.default is not None else None
    return Const(value, param.type)  # pyright: ignore[reportArgumentType]


def _item(kind: Type) -> Type:
    return kind.item if isinstance(kind, ListType) else ANY
