"""The tools of a `gen`: which host functions a model may call there, and the type of what it answers."""

from __future__ import annotations

from ....ir.constrained.calls import OWN_FIELDS, answer_type, answers_type
from ....ir.types import ANY, IMAGE, NONE, PROMPT, ListType, OptionalType, RecordType, Type
from ...syntax import nodes as s
from ..facts import GenCall
from ..suggest import closest
from ..symbols import ExternSymbol
from .inference import Inference
from .options import CONSTRAINTS, TOOL_OPTIONS, check_option, check_thinking

CHOICES = ("auto", "required")
"""What `tool_choice` may be: the model chooses, or it calls a tool."""


def tool_call_type(
    asked: Inference, call: s.Call, options: dict[str, s.Expr], declared: Type | None
) -> Type:
    """Check a `gen` with tools; the type of its answer is a record of what it may be."""
    for name, value in options.items():
        if name not in TOOL_OPTIONS:
            check_option(asked, name, value)
    check_thinking(asked.reporter, options)
    _check_alone(asked, options, declared)
    choice = _choice(asked, options.get("tool_choice"))
    several = _several(asked, options.get("parallel_tool_calls"))
    tools = _tools(asked, call, options.get("tools"))
    if not tools:
        return ANY
    called = [(tool.name, _arguments(tool)) for tool in tools]
    kind = answers_type(called) if several else answer_type(called)
    asked.facts.calls[call] = GenCall(options, kind, tools, choice == "required", several)
    return kind


def _arguments(tool: ExternSymbol) -> RecordType:
    return RecordType(tuple((param.name, param.type) for param in tool.params))


def _check_alone(asked: Inference, options: dict[str, s.Expr], declared: Type | None) -> None:
    """Check that nothing else says what the answer is."""
    for name in (*CONSTRAINTS, "constrained_style", "choices", "n"):
        if name in options:
            asked.reporter.report(
                "SGL0117", options[name].span, f"`{name}` has no effect on a call of a tool",
                help="the tools say what a call is; leave it out",
            )  # fmt: skip
    if declared is not None and "tools" in options:
        asked.reporter.report(
            "SGL0117", options["tools"].span, "both a type and `tools` say what the answer is",
            help="leave the type out: `step = gen(tools=[...])`",
        )  # fmt: skip


def _choice(asked: Inference, value: s.Expr | None) -> object:
    constant = "auto" if value is None else asked.constant(value)
    if value is not None and constant not in CHOICES:
        asked.value(value)
        shown = f'"{constant}"' if isinstance(constant, str) else "known at run time only"
        asked.reporter.report(
            "SGL0215", value.span, f"`tool_choice` is {shown}",
            help='`tool_choice` is `"auto"` or `"required"`, written out; a `gen` without tools answers with a text; '
            "`tools` with one of them and `\"required\"` calls that one",
        )  # fmt: skip
    return constant


def _several(asked: Inference, value: s.Expr | None) -> bool:
    """Whether a turn may hold several calls."""
    constant = False if value is None else asked.constant(value)
    if value is not None and not isinstance(constant, bool):
        asked.value(value)
        shown = value.span.text if isinstance(value, s.Literal) else "known at run time only"
        asked.reporter.report(
            "SGL0215", value.span, f"`parallel_tool_calls` is {shown}",
            help="`parallel_tool_calls` is `true` or `false`, written out: the type of the answer depends on it",
        )  # fmt: skip
    return constant is True


def _tools(asked: Inference, call: s.Call, value: s.Expr | None) -> tuple[ExternSymbol, ...]:
    if value is None:
        _bad(
            asked, call, "how to call tools, without tools", "`tools=[search]` names host functions"
        )
        return ()
    if asked.names.owner.startswith("prompt "):
        what = "a prompt can't hand tools to the chat template"
        _bad(asked, value, what, "let the program that uses it ask this call")
        return ()
    if not isinstance(value, s.ListExpr) or not value.items:
        _bad(asked, value, "`tools` takes the names of host functions", "write `tools=[search]`")
        return ()
    found = [_tool(asked, item) for item in value.items]
    known = tuple(tool for tool in found if tool is not None)
    twice = {tool.name for tool in known if known.count(tool) > 1}
    for name in sorted(twice):
        _bad(asked, value, f"`{name}` is given twice", "each tool is given once")
    return known if len(known) == len(found) and not twice else ()


def _tool(asked: Inference, item: s.Expr) -> ExternSymbol | None:
    names = asked.names.file.names
    symbol = names.get(item.text) if isinstance(item, s.Name) else None
    if not isinstance(symbol, ExternSymbol):
        shown = item.span.text[:30]
        near = closest(shown, [n for n, x in names.items() if isinstance(x, ExternSymbol)])
        help = (
            f"there is `{near}`" if near else f"declare it: `extern def {shown}(query: str) -> str`"
        )
        _bad(asked, item, f"`{shown}` is no host function", help)
        return None
    if symbol.name in OWN_FIELDS:
        _bad(
            asked,
            item,
            f"a tool can't be named `{symbol.name}`",
            "`name` and `text` are fields of an answer: rename it",
        )
        return None
    bad = next((param for param in symbol.params if _unsayable(param.type)), None)
    if bad is not None:
        what = f"a model can't give `{bad.name}: {bad.type}`"
        _bad(
            asked,
            item,
            what,
            "texts, numbers, booleans, literals, records and lists can be arguments of a tool",
        )
        return None
    return symbol


def _unsayable(kind: Type) -> bool:
    match kind:
        case ListType(item) | OptionalType(item):
            return _unsayable(item)
        case RecordType(fields):
            return any(_unsayable(inner) for _, inner in fields)
        case _:
            return kind in (IMAGE, NONE, ANY, PROMPT)


def _bad(asked: Inference, node: s.Node, headline: str, help: str) -> None:
    asked.reporter.report("SGL0324", node.span, headline, help=help)
