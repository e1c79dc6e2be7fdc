"""The types of expressions, and every mistake inside one.

`infer` gives the type of any expression, `value` the type of one that must not be a prompt. Where
something is wrong the type is `any`, which fits everywhere: a mistake is reported once.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..ir.span import Span
from ..ir.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
)
from . import syntax as s
from .builtin_types import BUILTINS
from .check_types import holds_prompt, is_number, is_text, joined, widened
from .facts import Facts
from .report import Reporter
from .scope import Scope, Variable
from .suggest import closest
from .symbols import (
    FileScope,
    ModuleSymbol,
    Symbol,
    TextSymbol,
    UnknownSymbol,
    kind_word,
)

if TYPE_CHECKING:
    from collections.abc import Generator

MODEL_CALLS = ("gen", "select")
_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
    "not in": "not in",
}  # fmt: skip
_FOREIGN = {
    "True": "`true`", "False": "`false`", "None": "`none`", "null": "`none`",
    "print": "an expression statement: its value joins the prompt", "str": '`"{x}"`',
    "int": "a declared type: `x: int = gen()`", "any": "a comprehension and `len`",
    "all": "a comprehension and `len`", "format": '`"{x}"`', "abs": "`x if x >= 0 else -x`",
    "append": "`items + [item]`", "input": "a parameter of the program",
    "assert": "`expect`, in a `test`",
}  # fmt: skip


class ExpressionChecker:
    """Checks the expressions of one body; the statements are the business of its subclass."""

    def __init__(self, file: FileScope, reporter: Reporter, facts: Facts) -> None:
        self.file, self.reporter, self.facts = file, reporter, facts
        self.scope = Scope()
        self.pure_place = ""
        self.owner = ""

    # --- scopes and reports -----------------------------------------------------------------------

    def report(self, code: str, span: Span, headline: str, label: str = "", **more: object) -> None:
        """Add a diagnostic."""
        self.reporter.report(code, span, headline, label, **more)  # pyright: ignore[reportArgumentType]

    @contextmanager
    def inner_scope(self, scope: Scope) -> Generator[Scope]:
        """Check something with names of its own."""
        outer, self.scope = self.scope, scope
        yield scope
        self.scope = outer

    @contextmanager
    def purely(self, place: str) -> Generator[None]:
        """Check something in which nothing may be called that has effects."""
        outer, self.pure_place = self.pure_place, self.pure_place or place
        yield
        self.pure_place = outer

    # --- the two questions ------------------------------------------------------------------------

    def infer(self, expr: s.Expr, expected: Type | None = None) -> Type:
        """The type of an expression; `expected` gives literals and empty lists theirs."""
        kind = self._infer(expr, expected)
        self.facts.types[expr] = kind
        return kind

    def value(self, expr: s.Expr, expected: Type | None = None) -> Type:
        """The type of an expression that is not a prompt."""
        kind = self.infer(expr, expected)
        if holds_prompt(kind):
            self.report(
                "SGL0305", expr.span, "a prompt is used as a value", f"this is a `{kind}`",
                help="prompts are kept in names and lists, for `resume` alone",
            )  # fmt: skip
            return ANY
        return kind

    def expect(self, expr: s.Expr, wanted: Type, why: str, place: Span | None = None) -> Type:
        """Check that an expression fits a type; `why` says who asks for it."""
        given = self.value(expr, wanted)
        if not accepts(wanted, given):
            self.mismatch(expr, wanted, given, why, place)
        return given

    def mismatch(
        self, expr: s.Expr, wanted: Type, given: Type, why: str, place: Span | None = None
    ) -> None:
        """Report a value of another type than the one that is asked for."""
        also = (place, why) if place is not None else None
        if isinstance(wanted, UnionType) and isinstance(expr, s.Literal):
            self.not_a_choice(expr, wanted, also)
            return
        help = _conversion(wanted, given)
        if isinstance(given, OptionalType) and accepts(wanted, given.item):
            self.may_be_none(expr, given)
            return
        headline = f"expected `{wanted}`, found `{given}`"
        label = why if place is None else f"this is `{given}`"
        self.report("SGL0201", expr.span, headline, label, help=help or (), also=also)

    def not_a_choice(self, expr: s.Literal, wanted: UnionType, also: object = None) -> None:
        """Report a literal that a union does not have."""
        near = closest(str(expr.value), [str(literal) for literal in wanted.literals])
        help = f'there is `"{near}"`' if near and is_text(wanted) else f"it is one of {wanted}"
        headline = f"`{expr.span.text[:60]}` is none of {str(wanted)[:120]}"
        self.report("SGL0207", expr.span, headline, help=help, also=also)

    def may_be_none(self, expr: s.Expr, given: Type) -> None:
        """Report an optional value where a value must be there."""
        name = expr.span.text if isinstance(expr, s.Name) else "x"
        self.report(
            "SGL0211", expr.span, "this may be `none`", f"this is `{given}`",
            help=f"ask first: `if {name} != none:`, or give a default: "
            f'`{name} if {name} != none else "..."`',
        )  # fmt: skip

    def condition(self, expr: s.Expr) -> None:
        """Check a condition: a bool."""
        kind = self.value(expr, BOOL)
        if widened(kind) in (BOOL, ANY):
            return
        shown = expr.span.text if len(expr.span.text) < 40 else "x"
        if isinstance(kind, OptionalType):
            help = f"compare it: `{shown} != none`"
        elif is_text(kind):
            help = f'compare it: `{shown} != ""`'
        elif is_number(kind):
            help = f"compare it: `{shown} != 0`"
        else:
            help = f"ask for its length: `len({shown}) > 0`"
        self.report("SGL0209", expr.span, f"a condition is a `bool`, not `{kind}`", help=help)

    # --- one method per form ----------------------------------------------------------------------

    def _infer(self, expr: s.Expr, expected: Type | None) -> Type:
        match expr:
            case s.Literal(value):
                return _literal_type(value, expected)
            case s.Text(parts):
                for part in parts:
                    if not isinstance(part, str):
                        self.appendable(part, self.infer(part), "interpolated")
                return STR
            case s.Name():
                return self.name(expr)
            case s.ListExpr(items):
                return self._list(items, expected)
            case s.Comprehension():
                return self._comprehension(expr)
            case s.RecordExpr(entries):
                return self._record(entries, expected)
            case s.Field():
                return self.field(expr)
            case s.Subscript(items, index):
                return self._subscript(items, index)
            case s.Slice():
                return self._slice(expr)
            case s.Unary(op, value):
                return self._unary(op, value)
            case s.Binary():
                return self._binary(expr, expected)
            case s.Comparison():
                return self._comparison(expr)
            case s.Logic(op, left, right):
                self.condition(left)
                with self.inner_scope(Scope(self.scope, "inner")):
                    self.narrow(left, op == "and")
                    self.condition(right)
                return BOOL
            case s.Conditional():
                return self._conditional(expr, expected)
            case s.Call():
                return self.call(expr)

    def call(self, expr: s.Call) -> Type:
        """The type of a call; see the subclass."""
        raise NotImplementedError

    def appendable(self, expr: s.Expr, kind: Type, verb: str) -> None:
        """Check that a value has a text form."""
        if isinstance(kind, OptionalType):
            self.may_be_none(expr, kind)
        elif holds_prompt(kind):
            self.report(
                "SGL0305", expr.span, f"a prompt can't be {verb}", f"this is a `{kind}`",
                help="`resume` goes on from a prompt",
            )  # fmt: skip
        elif isinstance(kind, ListType | RecordType):
            what = "list" if isinstance(kind, ListType) else "record"
            text = expr.span.text
            shown = text if len(text) < 40 else "x"
            loop = f"or write a loop: `for item in {shown}:`" if what == "list" else (
                f"or name a field: `{shown}.{next(iter(kind.fields), ('field', 0))[0]}`"
                if isinstance(kind, RecordType) else ""
            )  # fmt: skip
            self.report(
                "SGL0203", expr.span, f"a {what} can't be {verb}", f"this is `{kind}`",
                help=(f"write it as JSON: `json({shown})`", loop),
            )  # fmt: skip
        elif kind == NONE:
            self.report("SGL0203", expr.span, f"`none` can't be {verb}",
                        help="texts, numbers, booleans and images can")  # fmt: skip

    # --- names ------------------------------------------------------------------------------------

    def name(self, node: s.Name) -> Type:
        """The type of a name."""
        variable = self.scope.lookup(node.text)
        if variable is not None:
            self.facts.bindings[node] = (variable.span, variable.type)
            return variable.type
        symbol = self.file.names.get(node.text)
        if symbol is not None:
            return self.symbol_value(node, node.text, symbol)
        self.unknown_name(node)
        self.scope.bind(Variable(node.text, ANY, node.span))
        return ANY

    def symbol_value(self, node: s.Name | s.Field, shown: str, symbol: Symbol) -> Type:
        """The type of a declared name used as a value: only texts are values."""
        self.facts.symbols[node] = symbol
        if isinstance(symbol, TextSymbol):
            return STR
        if not isinstance(symbol, UnknownSymbol):
            uses = {"a prompt": f"use {shown}(...)", "a type": f"x: {shown} = gen()",
                    "a module": f"{shown}.name"}  # fmt: skip
            word = kind_word(symbol)
            self.report(
                "SGL0113", node.span, f"`{shown}` is {word}, not a value",
                help=f"write `{uses.get(word, f'{shown}(...)')}`",
            )  # fmt: skip
        return ANY

    def unknown_name(self, node: s.Name) -> None:
        """Report a name that is not bound, with what is known about it."""
        lost = self.scope.lookup_lost(node.text)
        if lost is not None and lost.why == "branch":
            self.report(
                "SGL0102", node.span, f"`{node.text}` is not bound on every path",
                f"not bound when {lost.place}",
                help=f"bind `{node.text}` in every arm, or before the `if`",
                also=(lost.span, "bound here only"),
            )  # fmt: skip
            return
        if lost is not None:
            self.report(
                "SGL0103", node.span, f"`{node.text}` ended with its loop",
                "not bound after the loop", help=f"bind `{node.text}` before the loop to carry it",
                also=(lost.span, "bound here, anew in each iteration"),
            )  # fmt: skip
            return
        label = f"not bound in {self.owner}" if self.owner else ""
        help = self.name_help(node.text)
        self.report("SGL0104", node.span, f"unknown name `{node.text}`", label, help=help)

    def name_help(self, name: str) -> str:
        """What to do about an unknown name."""
        known = self.scope.names() | set(self.file.names) | set(BUILTINS) | set(MODEL_CALLS)
        near = closest(name, known)
        if name in _FOREIGN and near not in self.scope.names():
            return f"write {_FOREIGN[name]}"
        if near is None:
            return f"bind it first, or declare a parameter: `{name}: str`"
        variable = self.scope.lookup(near)
        if variable is not None and variable.is_param:
            return f"the parameter `{near}` is in scope"
        if near in BUILTINS:
            return f"there is a function `{BUILTINS[near].signature(near)}`"
        return f"there is a name `{near}`"

    def field(self, expr: s.Field) -> Type:
        """The type of a field of a record, or of a name of a module."""
        module = self.module_of(expr.value)
        if module is not None:
            return self._module_member(expr, module)
        kind = self.value(expr.value)
        if isinstance(kind, RecordType):
            found = kind.field(expr.name.text)
            if found is not None:
                return found
            self._unknown_field(expr, kind)
        elif isinstance(kind, OptionalType):
            self.may_be_none(expr.value, kind)
        elif kind != ANY:
            self._no_fields(expr, kind)
        return ANY

    def module_of(self, expr: s.Expr) -> ModuleSymbol | None:
        """The module that a name stands for, if it does."""
        if isinstance(expr, s.Name) and self.scope.lookup(expr.text) is None:
            symbol = self.file.names.get(expr.text)
            if isinstance(symbol, ModuleSymbol):
                self.facts.symbols[expr] = symbol
                return symbol
        return None

    def member(self, name: s.Ident, module: ModuleSymbol) -> Symbol | None:
        """A name of a module; an unknown one is reported."""
        symbol = module.file.names.get(name.text)
        if symbol is None or isinstance(symbol, ModuleSymbol):
            near = closest(name.text, module.file.names)
            self.report(
                "SGL0106", name.span, f"module `{module.name}` has no `{name.text}`",
                help=f"it has `{near}`" if near else f"it has {_listed(module.file.names)}",
            )  # fmt: skip
            return None
        return symbol

    def _module_member(self, expr: s.Field, module: ModuleSymbol) -> Type:
        symbol = self.member(expr.name, module)
        if symbol is None:
            return ANY
        return self.symbol_value(expr, expr.span.text, symbol)

    def _unknown_field(self, expr: s.Field, kind: RecordType) -> None:
        names = [name for name, _ in kind.fields]
        near = closest(expr.name.text, names)
        help = f"there is a field `{near}`" if near else f"its fields are {_listed(names)}"
        headline = f"unknown field `{expr.name.text}`"
        self.report("SGL0107", expr.name.span, headline, f"not a field of `{kind}`", help=help)

    def _no_fields(self, expr: s.Field, kind: Type) -> None:
        name, value = expr.name.text, expr.value.span.text
        help = "only records have fields"
        if name in BUILTINS:
            help = f"functions are called with the value: `{name}({value})`"
        elif name == "append":
            help = f"lists are joined: `{value} = {value} + [item]`"
        elif isinstance(kind, ListType) and isinstance(kind.item, RecordType):
            help = f"take the field of each item: `[x.{name} for x in {value}]`"
        self.report("SGL0107", expr.name.span, f"`{kind}` has no field `{name}`", help=help)

    # --- lists and records ------------------------------------------------------------------------

    def _list(self, items: tuple[s.Expr, ...], expected: Type | None) -> Type:
        wanted = _list_of(expected)
        kinds = [self.infer(item, wanted) for item in items]
        if wanted is not None and all(accepts(wanted, kind) for kind in kinds):
            return ListType(wanted)
        total: Type = ANY
        for item, kind in zip(items, kinds, strict=True):
            merged = joined(total, kind)
            if merged is None:
                self.report(
                    "SGL0223", item.span, "the items of a list have one type",
                    f"this is `{kind}`, those before are `{total}`",
                    help="a record holds values of different types: `{a: 1, b: \"x\"}`",
                )  # fmt: skip
                return ListType(ANY)
            total = merged
        return ListType(widened(total))

    def _comprehension(self, expr: s.Comprehension) -> Type:
        with self.purely("a comprehension"):
            item = self.item_type(expr.items)
            with self.inner_scope(Scope(self.scope, "inner")):
                self.bind_targets(expr.targets, item)
                if expr.condition is not None:
                    self.condition(expr.condition)
                    self.narrow(expr.condition, True)
                return ListType(self.value(expr.value))

    def item_type(self, items: s.Expr) -> Type:
        """The type of the items of something that is looped over."""
        kind = self.infer(items)
        if isinstance(kind, ListType):
            return kind.item
        if isinstance(kind, OptionalType):
            self.may_be_none(items, kind)
        elif kind != ANY:
            help = "a loop takes a list"
            if is_text(kind):
                help = f"take its lines or words: `split({items.span.text[:40]})`"
            elif is_number(kind):
                help = f"count with `range({items.span.text[:40]})`"
            self.report("SGL0210", items.span, f"`{kind}` is not a list", help=help)
        return ANY

    def bind_targets(self, targets: tuple[s.Ident, ...], item: Type) -> None:
        """Bind the names of a loop: one takes the item, several take its fields in order."""
        kinds: tuple[Type, ...] = (item,)
        if len(targets) > 1:
            kinds = tuple(kind for _, kind in item.fields) if isinstance(item, RecordType) else ()
            if len(kinds) != len(targets):
                if item != ANY:
                    self.report(
                        "SGL0212", targets[0].span.to(targets[-1].span),
                        f"`{item}` can't be taken apart into {len(targets)} names",
                        help="as many names as the record has fields, in their order",
                    )  # fmt: skip
                kinds = (ANY,) * len(targets)
        for target, kind in zip(targets, kinds, strict=True):
            self.scope.bind(Variable(target.text, kind, target.span))
            self.facts.bindings[target] = (target.span, kind)

    def _record(
        self, entries: tuple[tuple[s.Ident, s.Expr], ...], expected: Type | None
    ) -> Type:
        wanted = expected.item if isinstance(expected, OptionalType) else expected
        fields: dict[str, Type] = {}
        for name, value in entries:
            if name.text in fields:
                self.report("SGL0220", name.span, f"field `{name.text}` is given twice",
                            help="each field of a record is given once")  # fmt: skip
            hint = wanted.field(name.text) if isinstance(wanted, RecordType) else None
            kind = self.value(value, hint)
            fits = hint is not None and accepts(hint, kind)
            fields.setdefault(name.text, hint if fits and hint else widened(kind))
        return RecordType(tuple(fields.items()))

    def _subscript(self, items: s.Expr, index: s.Expr) -> Type:
        kind = self.infer(items)
        self.expect(index, INT, "an index is an `int`")
        if isinstance(kind, ListType):
            return kind.item
        if is_text(kind):
            return STR
        if isinstance(kind, OptionalType):
            self.may_be_none(items, kind)
        elif kind != ANY:
            help = "only lists and texts are indexed"
            if isinstance(kind, RecordType):
                help = f"take a field by its name: `{items.span.text[:40]}.name`"
            self.report("SGL0221", items.span, f"`{kind}` can't be indexed", help=help)
        return ANY

    def _slice(self, expr: s.Slice) -> Type:
        kind = self.infer(expr.items)
        for bound in (expr.first, expr.last):
            if bound is not None:
                self.expect(bound, INT, "a bound is an `int`")
        if isinstance(kind, ListType) or kind == ANY:
            return kind
        if is_text(kind):
            return STR
        self.report("SGL0221", expr.items.span, f"`{kind}` can't be sliced",
                    help="only lists and texts are sliced")  # fmt: skip
        return ANY

    # --- operators --------------------------------------------------------------------------------

    def _unary(self, op: str, value: s.Expr) -> Type:
        if op == "not":
            self.condition(value)
            return BOOL
        kind = self.value(value)
        if not is_number(kind) and kind != ANY:
            self.report("SGL0204", value.span, f"`-` does not take `{kind}`",
                        help="only numbers are negated")  # fmt: skip
            return ANY
        return widened(kind)

    def _binary(self, expr: s.Binary, expected: Type | None) -> Type:
        left = widened(self.value(expr.left, expected))
        right = widened(self.value(expr.right, left if expr.op == "add" else None))
        if ANY in (left, right):
            known = right if left == ANY else left
            return known if expr.op == "add" and known == STR else ANY
        for side, kind in ((expr.left, left), (expr.right, right)):
            if isinstance(kind, OptionalType):
                self.may_be_none(side, kind)
                return ANY
        result = _arithmetic(expr.op, left, right)
        if result is not None:
            return result
        help = f"`{_OPERATORS[expr.op]}` takes two numbers"
        if expr.op == "add":
            help = "`+` takes two numbers, two texts or two lists"
            if STR in (left, right):
                help = 'a text takes values in braces: `"{a}{b}"`'
            elif isinstance(left, ListType) and joined(left.item, right) is not None:
                help = f"put the item in a list: `{expr.left.span.text[:30]} + [...]`"
        headline = f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`"
        self.report("SGL0204", expr.span, headline, help=help)
        return ANY

    def _comparison(self, expr: s.Comparison) -> Type:
        if isinstance(expr.left, s.Comparison):
            self.report("SGL0208", expr.span, "comparisons don't chain",
                        help="join them: `a < b and b < c`")  # fmt: skip
            self.infer(expr.left.left)
            self.infer(expr.right)
            return BOOL
        left = self.value(expr.left)
        right = self.value(expr.right, left)
        if expr.op in ("in", "not in"):
            self._membership(expr, left, right)
        elif expr.op in ("eq", "ne"):
            self._equality(expr, left, right)
        else:
            self._ordering(expr, left, right)
        return BOOL

    def _membership(self, expr: s.Comparison, left: Type, right: Type) -> None:
        if ANY in (left, right):
            return
        if isinstance(right, ListType):
            if joined(right.item, left) is None:
                self._never(expr, left, right.item)
        elif not (is_text(right) and is_text(left)):
            self.report(
                "SGL0204", expr.span, f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`",
                help="it looks for an item in a list, or for a part in a text",
            )  # fmt: skip

    def _equality(self, expr: s.Comparison, left: Type, right: Type) -> None:
        for side, literal in ((left, expr.right), (right, expr.left)):
            inner = side.item if isinstance(side, OptionalType) else side
            if isinstance(inner, UnionType) and isinstance(literal, s.Literal):
                if literal.value is not None and literal.value not in inner.literals:
                    self.not_a_choice(literal, inner)
                    return
        if joined(left, right) is None:
            self._never(expr, left, right)

    def _never(self, expr: s.Comparison, left: Type, right: Type) -> None:
        self.report(
            "SGL0206", expr.span, f"`{left}` and `{right}` are never equal",
            help="compare values of one type",
        )  # fmt: skip

    def _ordering(self, expr: s.Comparison, left: Type, right: Type) -> None:
        if ANY in (left, right) or (is_number(left) and is_number(right)):
            return
        if is_text(left) and is_text(right):
            return
        for side, kind in ((expr.left, left), (expr.right, right)):
            if isinstance(kind, OptionalType):
                self.may_be_none(side, kind)
                return
        headline = f"`{_OPERATORS[expr.op]}` does not take `{left}` and `{right}`"
        self.report("SGL0204", expr.span, headline, help="it orders two numbers or two texts")

    def _conditional(self, expr: s.Conditional, expected: Type | None) -> Type:
        self.condition(expr.condition)
        kinds: list[Type] = []
        for branch, holds in ((expr.then, True), (expr.orelse, False)):
            with self.inner_scope(Scope(self.scope, "inner")):
                self.narrow(expr.condition, holds)
                kinds.append(self.infer(branch, expected))
        merged = joined(*kinds)
        if merged is None:
            self.report(
                "SGL0224", expr.span, "the two sides have different types",
                f"`{kinds[0]}` or `{kinds[1]}`", help="both sides of `if ... else` have one type",
            )  # fmt: skip
            return ANY
        return merged

    def narrow(self, condition: s.Expr, holds: bool) -> None:
        """Note in the current scope what a condition says about optional names."""
        match condition:
            case s.Unary("not", value):
                self.narrow(value, not holds)
            case s.Logic(op, left, right) if (op == "and") == holds:
                self.narrow(left, holds)
                self.narrow(right, holds)
            case s.Comparison(op, s.Name(name), s.Literal(None)) if op in ("eq", "ne"):
                variable = self.scope.lookup(name)
                if variable is not None and isinstance(variable.type, OptionalType):
                    if (op == "ne") == holds:
                        kind = variable.type.item
                        self.scope.narrowed[name] = Variable(
                            name, kind, variable.span, variable.fixed
                        )
            case _:
                pass


def _literal_type(value: object, expected: Type | None) -> Type:
    wanted = expected.item if isinstance(expected, OptionalType) else expected
    if isinstance(wanted, UnionType) and value in wanted.literals:
        return UnionType((value,))  # pyright: ignore[reportArgumentType]
    if value is None:
        return NONE
    if isinstance(value, bool):
        return BOOL
    return INT if isinstance(value, int) else FLOAT if isinstance(value, float) else STR


def _list_of(expected: Type | None) -> Type | None:
    inner = expected.item if isinstance(expected, OptionalType) else expected
    return inner.item if isinstance(inner, ListType) else None


def _arithmetic(op: str, left: Type, right: Type) -> Type | None:
    numbers = {INT, FLOAT}
    if {left, right} <= numbers:
        if op == "div":
            return FLOAT
        return INT if left == right == INT and op != "pow" else (left if op == "pow" and left == right else FLOAT)
    if op == "add" and left == right == STR:
        return STR
    if op == "add" and isinstance(left, ListType) and isinstance(right, ListType):
        return joined(left, right)
    if op == "mul" and INT in (left, right):
        other = right if left == INT else left
        return other if other == STR or isinstance(other, ListType) else None
    return None


def _conversion(wanted: Type, given: Type) -> str:
    """What turns a value of one type into another, if something does."""
    if wanted == STR and (is_number(given) or widened(given) == BOOL):
        return 'put it in a text: `"{x}"`'
    if wanted == STR and isinstance(given, ListType):
        return 'join its items: `join(items, ", ")`'
    if wanted == STR and isinstance(given, RecordType):
        return "write it as JSON: `json(x)`"
    if is_number(wanted) and is_text(given):
        return f"let the model answer with a number: `x: {wanted} = gen()`"
    if isinstance(wanted, ListType) and accepts(wanted.item, given):
        return "put it in a list: `[x]`"
    return ""


def _listed(names: object) -> str:
    shown = [f"`{name}`" for name in list(names)[:6]]  # type: ignore[call-overload]
    return ", ".join(shown) or "no names"
