"""Calls: builtins, host functions, programs, `use`, and the options of `gen` and `select`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....ir.sampling import SELECT_METHODS
from ....ir.span import Span
from ....ir.types import (
    ANY,
    BOOL,
    FLOAT,
    IMAGE,
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
from ....ir.values.operations import EvalError
from ...syntax import nodes as s
from ..builtin_types import BUILTINS, TAKEN, takes
from ..constants import NotConstant, evaluate
from ..expressions.operators import ExpressionChecker
from ..facts import BuiltinCall, GenCall, SelectCall, SymbolCall
from ..names import MODEL_CALLS
from ..suggest import closest
from ..symbols import (
    ExternSymbol,
    FragmentSymbol,
    ParamSymbol,
    ProgramSymbol,
    Symbol,
    TextSymbol,
    UnknownSymbol,
    kind_word,
)
from ..types import is_text


@dataclass(frozen=True)
class Option:
    """An option of `gen`: its type, and the least and greatest constant that makes sense."""

    type: Type
    least: float | None = None
    most: float | None = None


_TEXTS = ListType(STR)
GEN_OPTIONS: dict[str, Option] = {
    "max_tokens": Option(INT, 1),
    "min_tokens": Option(INT, 0),
    "temperature": Option(FLOAT, 0, 100),
    "top_p": Option(FLOAT, 0, 1),
    "top_k": Option(INT, -1),
    "min_p": Option(FLOAT, 0, 1),
    "stop": Option(_TEXTS),
    "stop_token_ids": Option(ListType(INT)),
    "stop_regex": Option(_TEXTS),
    "regex": Option(STR),
    "json": Option(STR),
    "grammar": Option(STR),
    "choices": Option(_TEXTS),
    "method": Option(STR),
    "n": Option(INT, 1),
    "seed": Option(INT),
    "logprobs": Option(BOOL),
    "top_logprobs": Option(INT, 0, 20),
    "frequency_penalty": Option(FLOAT, -2, 2),
    "presence_penalty": Option(FLOAT, -2, 2),
    "repetition_penalty": Option(FLOAT, 0),
    "ignore_eos": Option(BOOL),
}
CONSTRAINTS = ("regex", "json", "grammar")
_LISTS = ("stop", "stop_token_ids", "stop_regex")
_FOREIGN_OPTIONS = {
    "max_new_tokens": "max_tokens", "max_length": "max_tokens", "max_output_tokens": "max_tokens",
    "stop_sequences": "stop", "num_samples": "n", "temp": "temperature", "json_schema": "json",
    "schema": "json", "ebnf": "grammar",
}  # fmt: skip


class CallChecker(ExpressionChecker):
    """Checks calls. A model call is only checked where a statement hands it over."""

    def call(self, expr: s.Call) -> Type:
        """The type of a call inside an expression."""
        callee = expr.callee
        if self.is_model_call(expr):
            self.report(
                "SGL0306", expr.span, f"`{expr.callee.span.text}` inside an expression",
                help=f"bind the answer first: `answer = {expr.callee.span.text}(...)`",
            )  # fmt: skip
            return ANY
        if isinstance(callee, s.Name):
            variable = self.scope.lookup(callee.text)
            if variable is not None:
                if variable.type != ANY:
                    self.report(
                        "SGL0114", callee.span, f"`{callee.text}` is a `{variable.type}`, not a function",
                        help="functions are the builtins, programs and `extern def`s",
                    )  # fmt: skip
                return self.arguments_anyway(expr.args)
            if callee.text not in self.file.names:
                return self._builtin(expr, callee)
        symbol = self.callee(callee)
        return self.arguments_anyway(expr.args) if symbol is None else self._apply(expr, symbol)

    def is_model_call(self, expr: s.Expr) -> bool:
        """Whether an expression is a call of `gen` or `select` (and not of something named so)."""
        if not isinstance(expr, s.Call) or not isinstance(expr.callee, s.Name):
            return False
        name = expr.callee.text
        return (
            name in MODEL_CALLS and self.scope.lookup(name) is None and name not in self.file.names
        )

    def arguments_anyway(self, args: Sequence[s.Argument]) -> Type:
        """Check the arguments of a call that could not be resolved."""
        for arg in args:
            self.infer(arg.value)
        return ANY

    def callee(self, node: s.Expr) -> Symbol | None:
        """The symbol that is called; what can't be called is reported."""
        if isinstance(node, s.Name):
            symbol: Symbol | None = self.file.names[node.text]
            self.facts.symbols[node] = symbol
            return symbol
        if isinstance(node, s.Field):
            module = self.module_of(node.value)
            if module is not None:
                symbol = self.member(node.name, module)
                if symbol is not None:
                    self.facts.symbols[node] = symbol
                return symbol
            kind = self.value(node.value)
            if kind != ANY:
                self._no_method(node, kind)
            return None
        self.infer(node)
        self.report("SGL0114", node.span, "this can't be called",
                    help="functions are called by their names")  # fmt: skip
        return None

    def _no_method(self, node: s.Field, kind: Type) -> None:
        name, value = node.name.text, node.value.span.text
        help = "functions are called by their names: `len(x)`"
        if name in BUILTINS:
            help = (
                f"write `{name}({value}, ...)`"
                if BUILTINS[name].required > 1
                else f"write `{name}({value})`"
            )
        elif name == "append":
            help = f"lists are joined: `{value} = {value} + [item]`"
        self.report("SGL0114", node.name.span, f"`{kind}` has no method `{name}`", help=help)

    # --- builtins ---------------------------------------------------------------------------------

    def _builtin(self, expr: s.Call, callee: s.Name) -> Type:
        builtin = BUILTINS.get(callee.text)
        if builtin is None:
            self.unknown_name(callee)
            return self.arguments_anyway(expr.args)
        params = [name for name, _ in builtin.params]
        found = self._placed(expr, params, builtin.variadic, callee.text)
        if found is None:
            return ANY
        if len(found) < builtin.required:
            self.report(
                "SGL0109", expr.span, f"`{callee.text}` lacks `{params[len(found)]}`",
                help=f"it is called as `{builtin.signature(callee.text)}`",
            )  # fmt: skip
            return ANY
        kinds: list[Type] = []
        for index, arg in enumerate(found):
            what = builtin.params[min(index, len(params) - 1)][1]
            kind = self.infer(arg) if callee.text == "len" else self.value(arg)
            kinds.append(kind)
            if isinstance(kind, OptionalType):
                self.may_be_none(arg, kind)
            elif not takes(what, kind, len(found)):
                self.report(
                    "SGL0201", arg.span, f"`{callee.text}` takes {TAKEN[what]}, not `{kind}`",
                    help=f"it is called as `{builtin.signature(callee.text)}`",
                )  # fmt: skip
        self.facts.calls[expr] = BuiltinCall(callee.text, tuple(found))
        return builtin.result(kinds)

    def _placed(
        self, expr: s.Call, params: list[str], variadic: bool, name: str
    ) -> list[s.Expr] | None:
        """The arguments of a builtin in order; None when they don't fit."""
        found: dict[int, s.Expr] = {}
        for index, arg in enumerate(expr.args):
            place = index
            if arg.name is not None:
                if arg.name.text not in params:
                    self._unknown_argument(arg.name, params, name)
                    self.arguments_anyway(expr.args)
                    return None
                place = params.index(arg.name.text)
            if place >= len(params) and not variadic:
                self.report(
                    "SGL0110", arg.span, f"`{name}` takes at most {len(params)} arguments",
                    help=f"it is called as `{BUILTINS[name].signature(name)}`",
                )  # fmt: skip
                self.arguments_anyway(expr.args)
                return None
            found[place] = arg.value
        if sorted(found) != list(range(len(found))):
            missing = params[min(set(range(len(params))) - set(found))]
            self.report("SGL0109", expr.span, f"`{name}` lacks `{missing}`",
                        help=f"it is called as `{BUILTINS[name].signature(name)}`")  # fmt: skip
            return None
        return [found[index] for index in sorted(found)]

    def _unknown_argument(self, name: s.Ident, params: Sequence[str], callee: str) -> None:
        near = closest(name.text, params)
        listed = ", ".join(f"`{param}`" for param in params)
        help = f"there is a parameter `{near}`" if near else (
            f"its parameters are {listed}" if listed else "it has no parameters")  # fmt: skip
        self.report("SGL0108", name.span, f"`{callee}` has no parameter `{name.text}`", help=help)

    # --- programs, host functions, fragments ------------------------------------------------------

    def _apply(self, expr: s.Call, symbol: Symbol) -> Type:
        shown = expr.callee.span.text
        if isinstance(symbol, UnknownSymbol):
            return self.arguments_anyway(expr.args)
        if isinstance(symbol, FragmentSymbol):
            self.report("SGL0115", expr.span, f"`{shown}` is a prompt, not a function",
                        help=f"append it with `use {shown}(...)`")  # fmt: skip
            return self.arguments_anyway(expr.args)
        if not isinstance(symbol, ExternSymbol | ProgramSymbol):
            self.report("SGL0114", expr.callee.span, f"`{shown}` is {kind_word(symbol)}, not a function",
                        help="functions are the builtins, programs and `extern def`s")  # fmt: skip
            return self.arguments_anyway(expr.args)
        if self.pure_place:
            self.report(
                "SGL0320", expr.span, f"`{shown}` is called in {self.pure_place}",
                help="bind its result to a name before, or write a `for` loop",
            )  # fmt: skip
        args = self.match_arguments(expr.span, shown, expr.args, symbol.params)
        if args is not None:
            self.facts.calls[expr] = SymbolCall(symbol, args)
        return symbol.result

    def match_arguments(
        self, span: Span, shown: str, args: Sequence[s.Argument], params: Sequence[ParamSymbol]
    ) -> tuple[s.Expr | None, ...] | None:
        """Arguments in the order of the parameters (None: default), or None after a report."""
        found: dict[str, s.Expr] = {}
        names = [param.name for param in params]
        ok = True
        for index, arg in enumerate(args):
            name = self._parameter_of(index, arg, names, found, shown, params)
            if name is None:
                self.infer(arg.value)
                ok = False
                continue
            found[name] = arg.value
            param = params[names.index(name)]
            self.expect(arg.value, param.type, f"`{name}` is declared here", param.span)
        missing = [p for p in params if p.name not in found and p.default is None]
        if missing and ok:
            listed = ", ".join(f"`{param.name}`" for param in missing)
            self.report(
                "SGL0109", span, f"`{shown}` lacks {listed}",
                help=f"its parameters are {_signature(params)}",
                also=(missing[0].span, "declared here"),
            )  # fmt: skip
        if missing or not ok:
            return None
        return tuple(found.get(name) for name in names)

    def _parameter_of(
        self, index: int, arg: s.Argument, names: list[str], found: dict[str, Any], shown: str,
        params: Sequence[ParamSymbol],
    ) -> str | None:  # fmt: skip
        """The parameter that an argument is for; None after a report."""
        if arg.name is None:
            if index < len(names) and names[index] not in found:
                return names[index]
            self.report(
                "SGL0110", arg.span, f"`{shown}` takes {_count(len(names), 'argument')}",
                help=f"its parameters are {_signature(params)}" if params else "call it without",
            )  # fmt: skip
            return None
        if arg.name.text not in names:
            self._unknown_argument(arg.name, names, shown)
            return None
        if arg.name.text in found:
            self.report("SGL0111", arg.name.span, f"`{arg.name.text}` is given twice",
                        help="each parameter is given once")  # fmt: skip
            return None
        return arg.name.text

    # --- model calls ------------------------------------------------------------------------------

    def model_call(self, expr: s.Call, declared: Type | None) -> Type:
        """Check a `gen` or `select` that stands where one may; the type of its value."""
        options, ok = self._options(expr)
        name = expr.callee.text if isinstance(expr.callee, s.Name) else ""
        kind = self._select(expr) if name == "select" else self._gen(expr, options, declared)
        self.facts.types[expr] = kind
        return kind if ok else (declared or kind)

    def _options(self, expr: s.Call) -> tuple[dict[str, s.Expr], bool]:
        """The options of a `gen` by name."""
        if isinstance(expr.callee, s.Name) and expr.callee.text == "select":
            return {}, True
        options: dict[str, s.Expr] = {}
        ok = True
        for arg in expr.args:
            if arg.name is None:
                ok = False
                self.value(arg.value)
                self.report(
                    "SGL0116", arg.span, "`gen` takes its options by name",
                    help="write `gen(max_tokens=64)`; a name is given by `answer = gen()`",
                )  # fmt: skip
            elif arg.name.text not in GEN_OPTIONS:
                ok = False
                self.value(arg.value)
                self._unknown_option(arg.name)
            elif arg.name.text in options:
                self.report("SGL0111", arg.name.span, f"`{arg.name.text}` is given twice",
                            help="each option is given once")  # fmt: skip
            else:
                options[arg.name.text] = arg.value
        return options, ok

    def _unknown_option(self, name: s.Ident) -> None:
        near = _FOREIGN_OPTIONS.get(name.text) or closest(name.text, GEN_OPTIONS)
        help = (
            f"there is an option `{near}`"
            if near
            else "`max_tokens`, `stop` and `temperature` are the commonest"
        )
        if near == "json" and name.text != "json":
            help = "declare the type of the answer, or give a schema as text with `json`"
        self.report("SGL0108", name.span, f"`gen` has no option `{name.text}`", help=help)

    def _gen(self, expr: s.Call, options: dict[str, s.Expr], declared: Type | None) -> Type:
        for name, value in options.items():
            self._option(name, value)
        if "choices" in options:
            return self._gen_of_choices(expr, options)
        has_n = "n" in options
        answer = declared or (ListType(STR) if has_n else STR)
        if has_n and declared is not None:
            answer = self._answer_of_samples(expr, declared)
        elif has_n:
            answer = STR
        if declared is not None:
            self._constrainable(expr, answer, options)
        self._constraints(expr, options)
        self.facts.calls[expr] = GenCall(options, answer)
        return ListType(answer) if has_n else answer

    def _answer_of_samples(self, expr: s.Call, declared: Type) -> Type:
        """The type of one of `n` answers."""
        if isinstance(declared, ListType):
            return declared.item
        self.report(
            "SGL0201", expr.span, f"expected `{declared}`, found a list: `n` is given",
            help=f"declare a list, one item per sample: `list[{declared}]`",
        )  # fmt: skip
        return STR

    def _gen_of_choices(self, expr: s.Call, options: dict[str, s.Expr]) -> Type:
        extra = [name for name in options if name not in ("choices", "method")]
        if extra:
            self.report(
                "SGL0117", options[extra[0]].span, f"`{extra[0]}` has no effect with `choices`",
                help="choices are scored, nothing is generated: leave it out",
            )  # fmt: skip
        listed = options["choices"]
        method = self._method(options.get("method"))
        items = listed.items if isinstance(listed, s.ListExpr) else ()
        self.facts.calls[expr] = SelectCall(items, None if items else listed, method)
        return self._choice_type(items)

    def _constrainable(self, expr: s.Call, kind: Type, options: dict[str, s.Expr]) -> None:
        """Check that a declared type can constrain the decoding."""
        bad = _unconstrainable(kind)
        if bad is not None:
            self.report(
                "SGL0216", expr.span, f"a model can't answer with `{bad}`",
                help="texts, numbers, booleans, unions of literals, records and lists can be asked for",
            )  # fmt: skip
        given = [name for name in CONSTRAINTS if name in options]
        if kind != STR and given:
            self.report(
                "SGL0117", options[given[0]].span, f"both a type and `{given[0]}` constrain the answer",
                help=f"declare `str`, or leave `{given[0]}` out",
            )  # fmt: skip

    def _constraints(self, expr: s.Call, options: dict[str, s.Expr]) -> None:
        given = [name for name in CONSTRAINTS if name in options]
        if len(given) > 1:
            self.report(
                "SGL0117", options[given[1]].span, f"`{given[0]}` and `{given[1]}` constrain one answer",
                help="give one of `regex`, `json` and `grammar`",
            )  # fmt: skip

    def _option(self, name: str, value: s.Expr) -> None:
        """Check the value of one option."""
        option = GEN_OPTIONS[name]
        if name in _LISTS and is_text(self.value(value, option.type)) and name != "stop_token_ids":
            self._regex_option(name, value)
            return
        self.expect(value, option.type, f"`{name}` takes `{option.type}`")
        constant = self.constant(value)
        if isinstance(constant, int | float) and not isinstance(constant, bool):
            self._bounds(name, value, constant, option)
        elif name == "json" and isinstance(constant, str):
            self._json_option(value, constant)
        else:
            self._regex_option(name, value)

    def _bounds(self, name: str, value: s.Expr, constant: float, option: Option) -> None:
        low, high = option.least, option.most
        if (low is not None and constant < low) or (high is not None and constant > high):
            limits = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
            self.report("SGL0215", value.span, f"`{name}` is {constant:g}",
                        help=f"`{name}` is {limits}")  # fmt: skip

    def _regex_option(self, name: str, value: s.Expr) -> None:
        if name not in ("regex", "stop_regex"):
            return
        constant = self.constant(value)
        patterns = constant if isinstance(constant, list) else [constant]
        for pattern in patterns:
            try:
                if isinstance(pattern, str):
                    re.compile(pattern)
            except (re.error, RecursionError, OverflowError) as error:
                self.report("SGL0219", value.span, f"not a regular expression: {error}",
                            help='write patterns as raw text: `r"[0-9]+"`')  # fmt: skip

    def _json_option(self, value: s.Expr, text: str) -> None:
        import json

        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            self.report("SGL0219", value.span, f"not a JSON schema: {error}",
                        help="`json` takes a JSON schema as text; a declared type is easier")  # fmt: skip

    def constant(self, expr: s.Expr) -> object:
        """The value of an expression if it is known at compile time, else None."""

        def lookup(node: s.Expr) -> Any:
            symbol = self.facts.symbols.get(node)
            if isinstance(symbol, TextSymbol):
                return symbol.value
            raise NotConstant(node)

        try:
            return evaluate(expr, lookup)
        except (NotConstant, EvalError):
            return None

    def _select(self, expr: s.Call) -> Type:
        """Check a `select`: choices by place, `method` by name."""
        choices: list[s.Expr] = []
        method: s.Expr | None = None
        for arg in expr.args:
            if arg.name is None:
                choices.append(arg.value)
            elif arg.name.text == "method":
                method = arg.value
                self.expect(arg.value, STR, "`method` is a text")
            else:
                self.value(arg.value)
                self._unknown_argument(arg.name, ["method"], "select")
        listed: s.Expr | None = None
        if len(choices) == 1 and not is_text(self.value(choices[0])):
            listed = choices[0]
            self.expect(listed, _TEXTS, "choices are texts")
            choices = list(listed.items) if isinstance(listed, s.ListExpr) else []
            listed = None if choices else listed
        else:
            for choice in choices:
                self.expect(choice, STR, "a choice is a text")
        if not choices and listed is None:
            self.report("SGL0109", expr.span, "`select` lacks choices",
                        help='write `select("yes", "no")`, or give a list of texts')  # fmt: skip
        self._distinct(choices)
        self.facts.calls[expr] = SelectCall(tuple(choices), listed, self._method(method))
        return self._choice_type(choices)

    def _distinct(self, choices: Sequence[s.Expr]) -> None:
        seen: dict[object, Span] = {}
        for choice in choices:
            value = self.constant(choice)
            if isinstance(value, str) and value in seen:
                self.report(
                    "SGL0225", choice.span, f"`{choice.span.text[:40]}` is a choice twice",
                    help="choices differ", also=(seen[value], "first here"),
                )  # fmt: skip
            elif value == "":
                self.report("SGL0225", choice.span, "an empty choice",
                            help="a choice has at least one character")  # fmt: skip
            seen.setdefault(value, choice.span)

    def _choice_type(self, choices: Sequence[s.Expr]) -> Type:
        values = [self.constant(choice) for choice in choices]
        texts = tuple(value for value in values if isinstance(value, str))
        return (
            UnionType(tuple(dict.fromkeys(texts))) if values and len(texts) == len(values) else STR
        )

    def _method(self, value: s.Expr | None) -> str:
        if value is None:
            return SELECT_METHODS[0]
        method = self.constant(value)
        if isinstance(method, str) and method in SELECT_METHODS:
            return method
        listed = ", ".join(f'`"{name}"`' for name in SELECT_METHODS)
        near = closest(str(method), SELECT_METHODS) if isinstance(method, str) else None
        self.report(
            "SGL0218", value.span, "unknown method of `select`",
            help=f'there is `"{near}"`' if near else f"the methods are {listed}",
        )  # fmt: skip
        return SELECT_METHODS[0]


def _unconstrainable(kind: Type) -> Type | None:
    """The part of a type that decoding can't be constrained to."""
    match kind:
        case ListType(item) | OptionalType(item):
            return _unconstrainable(item)
        case RecordType(fields):
            bad = [_unconstrainable(inner) for _, inner in fields]
            return next((inner for inner in bad if inner is not None), None)
        case _:
            return kind if kind in (IMAGE, PROMPT, NONE) else None


def _signature(params: Sequence[ParamSymbol]) -> str:
    return ", ".join(f"`{param.name}: {param.type}`" for param in params)


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
