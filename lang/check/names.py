"""What all checks share: the two questions about an expression, names, fields, and the words for mistakes.

`infer` gives the type of any expression, `value` the type of one that must not be a prompt. Where
something is wrong the type is `any`, which fits everywhere: a mistake is reported once.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...ir.span import Span
from ...ir.types import (
    ANY,
    BOOL,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    Type,
    UnionType,
    accepts,
)
from ..syntax import nodes as s
from .builtin_types import BUILTINS
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
from .types import holds_prompt, is_number, is_text, widened

if TYPE_CHECKING:
    from collections.abc import Generator

MODEL_CALLS = ("gen", "select")
_FOREIGN = {
    "True": "`true`", "False": "`false`", "None": "`none`", "null": "`none`",
    "print": "an expression statement: its value joins the prompt", "str": '`"{x}"`',
    "int": "a declared type: `x: int = gen()`", "any": "a comprehension and `len`",
    "all": "a comprehension and `len`", "format": '`"{x}"`', "abs": "`x if x >= 0 else -x`",
    "append": "`items + [item]`", "input": "a parameter of the program",
    "assert": "`expect`, in a `test`",
}  # fmt: skip


class BaseChecker:
    """Scopes, reports, names and fields: what the checks of expressions and statements share."""

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
        kind = self.infer_form(expr, expected)
        self.facts.types[expr] = kind
        return kind

    def infer_form(self, expr: s.Expr, expected: Type | None) -> Type:
        """The type of an expression by its form; see `check_expressions.py`."""
        raise NotImplementedError

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
