"""The options of `gen`: their types, their bounds, and the values that a compiler can refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ....ir.sampling import CONSTRAINED_STYLES, THINKING, out_of_range
from ....ir.types import ANY, BOOL, FLOAT, INT, STR, ListType, Type
from ...syntax import nodes as s
from ..report import Reporter
from ..suggest import closest
from ..types import is_text
from .inference import Inference
from .patterns import pattern_words

TEXTS = ListType(STR)
GEN_OPTIONS: dict[str, Type] = {
    "max_tokens": INT,
    "min_tokens": INT,
    "temperature": FLOAT,
    "top_p": FLOAT,
    "top_k": INT,
    "min_p": FLOAT,
    "stop": TEXTS,
    "stop_token_ids": ListType(INT),
    "stop_regex": TEXTS,
    "regex": STR,
    "json": STR,
    "grammar": STR,
    "constrained_style": STR,
    "choices": TEXTS,
    "method": STR,
    "n": INT,
    "seed": INT,
    "logprobs": BOOL,
    "top_logprobs": INT,
    "frequency_penalty": FLOAT,
    "presence_penalty": FLOAT,
    "repetition_penalty": FLOAT,
    "ignore_eos": BOOL,
    "thinking": STR,
    "max_thinking_tokens": INT,
    "tools": ListType(ANY),
    "tool_choice": STR,
    "parallel_tool_calls": BOOL,
}
"""The options of `gen` and their types."""
TOOL_OPTIONS = ("tools", "tool_choice", "parallel_tool_calls")
"""Those that say which tools may be called, and how."""
CONSTRAINTS = ("regex", "json", "grammar")
_WORDS = {"thinking": THINKING[1:], "constrained_style": CONSTRAINED_STYLES}
_LISTS = ("stop", "stop_token_ids", "stop_regex")
_FOREIGN_OPTIONS = {
    "enable_thinking": "thinking", "reasoning": "thinking", "separate_reasoning": "thinking",
    "functions": "tools", "function_call": "tool_choice",
    "thinking_budget": "max_thinking_tokens", "budget_tokens": "max_thinking_tokens",
    "max_new_tokens": "max_tokens", "max_length": "max_tokens", "max_output_tokens": "max_tokens",
    "stop_sequences": "stop", "num_samples": "n", "temp": "temperature", "json_schema": "json",
    "schema": "json", "ebnf": "grammar",
}  # fmt: skip


def options_of(asked: Inference, call: s.Call) -> tuple[dict[str, s.Expr], bool]:
    """The options of a `gen` by name, and whether all arguments were options."""
    options: dict[str, s.Expr] = {}
    ok = True
    for arg in call.args:
        if arg.name is None:
            ok = False
            asked.value(arg.value)
            asked.reporter.report(
                "SGL0116", arg.span, "`gen` takes its options by name",
                help="write `gen(max_tokens=64)`; a name is given by `answer = gen()`",
            )  # fmt: skip
        elif arg.name.text not in GEN_OPTIONS:
            ok = False
            asked.value(arg.value)
            _unknown_option(asked.reporter, arg.name)
        elif arg.name.text in options:
            asked.reporter.report("SGL0111", arg.name.span, f"`{arg.name.text}` is given twice",
                                  help="each option is given once")  # fmt: skip
        else:
            options[arg.name.text] = arg.value
    return options, ok


def _unknown_option(reporter: Reporter, name: s.Ident) -> None:
    near = _FOREIGN_OPTIONS.get(name.text) or closest(name.text, GEN_OPTIONS)
    help = (
        f"there is an option `{near}`"
        if near
        else "`max_tokens`, `stop` and `temperature` are the commonest"
    )
    if near == "json" and name.text != "json":
        help = "declare the type of the answer, or give a schema as text with `json`"
    reporter.report("SGL0108", name.span, f"`gen` has no option `{name.text}`", help=help, fix=near)


def check_option(asked: Inference, name: str, value: s.Expr) -> None:
    """Check the value of one option."""
    kind = GEN_OPTIONS[name]
    if name in _LISTS and is_text(asked.value(value, kind)) and name != "stop_token_ids":
        _check_patterns(asked, name, value)
        return
    asked.expect(value, kind, f"`{name}` takes `{kind}`")
    constant = asked.constant(value)
    if name in _WORDS:
        _check_word(asked.reporter, name, value, constant)
    elif isinstance(constant, int | float) and not isinstance(constant, bool):
        _check_bounds(asked.reporter, name, value, constant)
    elif name == "json" and isinstance(constant, str):
        _check_schema(asked.reporter, value, constant)
    else:
        _check_patterns(asked, name, value)


def _check_word(reporter: Reporter, name: str, value: s.Expr, constant: object) -> None:
    if constant not in _WORDS[name]:
        shown = f"{constant}" if isinstance(constant, str) else "known at run time only"
        known = " or ".join(f'`"{word}"`' for word in _WORDS[name])
        reporter.report("SGL0215", value.span, f"`{name}` is {shown}",
                        help=f"`{name}` is {known}, written out")  # fmt: skip


def _check_bounds(reporter: Reporter, name: str, value: s.Expr, constant: float) -> None:
    allowed = out_of_range(name, constant)
    if allowed is not None:
        reporter.report("SGL0215", value.span, f"`{name}` is {constant:g}",
                        help=f"`{name}` is {allowed}")  # fmt: skip


def _check_patterns(asked: Inference, name: str, value: s.Expr) -> None:
    if name not in ("regex", "stop_regex"):
        return
    constant = asked.constant(value)
    patterns = constant if isinstance(constant, list) else [constant]
    for pattern in patterns:
        try:
            if isinstance(pattern, str):
                re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            what, help = pattern_words(error)
            asked.reporter.report(
                "SGL0219", value.span, f"not a regular expression: {what}", help=help
            )


def _check_schema(reporter: Reporter, value: s.Expr, text: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        reporter.report("SGL0219", value.span, f"not a JSON schema: {error}",
                        help="`json` takes a JSON schema as text; a declared type is easier")  # fmt: skip


def check_thinking(reporter: Reporter, options: Mapping[str, s.Expr]) -> None:
    """Check what goes together with reasoning."""
    budget, samples = options.get("max_thinking_tokens"), options.get("n")
    value = options.get("thinking")
    is_on = isinstance(value, s.Literal) and value.value == "on"
    if budget is not None and not is_on:
        reporter.report(
            "SGL0117", budget.span, "`max_thinking_tokens` has no effect without reasoning",
            help='`thinking="on"` asks for reasoning',
        )  # fmt: skip
    if samples is not None and is_on:
        reporter.report(
            "SGL0117", samples.span, "samples of one prompt don't think apart",
            help="the arms of a `fork` do: each thinks, and answers behind what it thought",
        )  # fmt: skip


def check_style(asked: Inference, options: Mapping[str, s.Expr]) -> None:
    """Check that a style is that of a JSON schema, which is all that can be written in two."""
    style, schema = options.get("constrained_style"), options.get("json")
    if style is not None and (schema is None or not isinstance(asked.constant(schema), str)):
        missing = "a JSON schema" if schema is None else "a JSON schema that is written out"
        asked.reporter.report(
            "SGL0117", style.span, f"`constrained_style` has no effect without {missing}",
            help="`json` takes a schema as text; a declared type is always written canonically",
        )  # fmt: skip


def check_one_constraint(reporter: Reporter, options: Mapping[str, s.Expr], kind: Type) -> None:
    """Check that an answer is constrained in one way: by its type, or by one option."""
    given = [name for name in CONSTRAINTS if name in options]
    if kind != STR and given:
        reporter.report(
            "SGL0117", options[given[0]].span, f"both a type and `{given[0]}` constrain the answer",
            help=f"declare `str`, or leave `{given[0]}` out",
        )  # fmt: skip
    if len(given) > 1:
        reporter.report(
            "SGL0117", options[given[1]].span, f"`{given[0]}` and `{given[1]}` constrain one answer",
            help="give one of `regex`, `json` and `grammar`",
        )  # fmt: skip
