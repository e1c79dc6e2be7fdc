"""What joins the prompt: values, answers of the model, fragments; and `resume`, which replaces it."""

from __future__ import annotations

from ....ir.span import Span
from ....ir.types import ANY, NONE, PROMPT, Type, holds_prompt
from ...syntax import nodes as s
from ..expressions.arguments import arguments_anyway, match_arguments
from ..expressions.mismatches import check_appendable
from ..expressions.model_calls import model_call_type
from ..facts import GenCall, SymbolCall
from ..suggest import closest
from ..symbols import (
    FragmentSymbol,
    ModuleSymbol,
    ProgramSymbol,
    Symbol,
    UnknownSymbol,
    kind_word,
)
from .body import Body
from .placement import append_in_turn, no_effects_in_section
from .turns import nested_turn


def check_append(body: Body, node: s.Append) -> None:
    """Check an expression as a statement: its value joins the prompt."""
    if body.names.is_model_call(node.value):
        assert isinstance(node.value, s.Call)
        ask(body, node.value, None)
        check_place(body, node.span)
        return
    kind = body.asked.infer(node.value)
    if kind == NONE and isinstance(node.value, s.Call):
        no_effects_in_section(body.reporter, body.around, node.span, "a call")
        return  # a host function without a result, called for its effect
    check_appendable(body.reporter, node.value, kind, "appended")
    check_place(body, node.span)


def check_place(body: Body, span: Span) -> None:
    """Check that the prompt may be appended to here."""
    append_in_turn(body.reporter, body.around, span, body.signature.has_turns)


def ask(body: Body, call: s.Call, declared: Type | None) -> Type:
    """Check a model call as a statement."""
    no_effects_in_section(body.reporter, body.around, call.span, "a model call")
    kind = model_call_type(body.asked, call, declared)
    fact = body.facts.calls.get(call)
    if isinstance(fact, GenCall) and fact.tools:
        _check_fills_turn(body, call)
    elif isinstance(fact, GenCall) and "thinking" in fact.options:
        _check_begins_turn(body, call)
    return kind


def _check_fills_turn(body: Body, call: s.Call) -> None:
    """Check that a call with tools is all of an assistant's turn, since nothing follows a call in it."""
    turn = body.around.turn
    only = turn.body[0] if turn is not None and len(turn.body) == 1 else None
    is_whole = isinstance(only, s.Assign | s.Append) and only.value is call
    if turn is None or turn.role != "assistant" or not is_whole:
        body.reporter.report(
            "SGL0325", call.span, "a model calls tools in a turn of its own",
            help="let this call be all of an `assistant:` turn",
        )  # fmt: skip


def _check_begins_turn(body: Body, call: s.Call) -> None:
    """Check that a call about whose reasoning something is said begins an assistant's turn."""
    turn = body.around.turn
    first = turn.body[0] if turn is not None and turn.role == "assistant" and turn.body else None
    if not isinstance(first, s.Assign | s.Append) or first.value is not call:
        body.reporter.report(
            "SGL0323", call.span, "a model thinks at the beginning of its turn",
            help="let this call be the first of an `assistant:` turn",
        )  # fmt: skip


# --- fragments ------------------------------------------------------------------------------------


def check_use(body: Body, node: s.Use) -> None:
    """Check a `use`: the fragment, its arguments, and whether it fits here."""
    symbol = _fragment(body, node)
    if symbol is None:
        arguments_anyway(body.asked, node.args)
        return
    args = match_arguments(body.asked, node.span, node.path[-1].text, node.args, symbol.params)
    if args is not None:
        body.facts.calls[node] = SymbolCall(symbol, args)
    effects = body.effects.statement(node)
    if effects.turns and body.around.turn is not None:
        nested_turn(body.reporter, body.around.turn, node.span, f"`{symbol.name}` opens turns")
    if effects.bare:
        check_place(body, node.span)


def _fragment(body: Body, node: s.Use) -> FragmentSymbol | None:
    """The fragment that a `use` names."""
    first, *rest = node.path
    symbol = body.names.file.names.get(first.text)
    if isinstance(symbol, ModuleSymbol) and len(rest) == 1:
        symbol = body.names.member(rest[0], symbol)
        if symbol is None:
            return None
    if symbol is None:
        _unknown_fragment(body, first)
        return None
    if isinstance(symbol, FragmentSymbol):
        body.facts.symbols[node] = symbol
        return symbol
    if not isinstance(symbol, UnknownSymbol):
        _no_fragment(body, node, symbol)
    return None


def _unknown_fragment(body: Body, name: s.Ident) -> None:
    names = body.names.file.names
    known = [n for n, x in names.items() if isinstance(x, FragmentSymbol | ModuleSymbol)]
    near = closest(name.text, known)
    body.reporter.report(
        "SGL0112", name.span, f"unknown prompt `{name.text}`",
        help=f"there is `{near}`" if near else f"declare it: `prompt {name.text}():`",
        fix=near,
    )  # fmt: skip


def _no_fragment(body: Body, node: s.Use, symbol: Symbol) -> None:
    shown = ".".join(part.text for part in node.path)
    help = f"append it as it is: `{shown}`"
    if isinstance(symbol, ProgramSymbol):
        help = f"call it: `x = {shown}(...)`"
    headline = f"`{shown}` is {kind_word(symbol)}, not a prompt"
    body.reporter.report("SGL0112", node.span, headline, help=help)


# --- resume ---------------------------------------------------------------------------------------


def check_resume(body: Body, node: s.Resume) -> None:
    """Check a `resume`: it goes on from a prompt that was made in the same turn."""
    kind = body.asked.infer(node.prompt)
    no_effects_in_section(body.reporter, body.around, node.span, "`resume`")
    if kind not in (PROMPT, ANY):
        help = "prompts are named by `fork ... as arms` and `gen(n=...) as samples`"
        if holds_prompt(kind):
            help = f"take one of them: `resume {node.prompt.span.text[:30]}[0]`"
        headline = f"`resume` takes a prompt, not `{kind}`"
        body.reporter.report("SGL0305", node.prompt.span, headline, help=help)
    _check_same_turn(body, node)


def _check_same_turn(body: Body, node: s.Resume) -> None:
    base = node.prompt
    while isinstance(base, s.Subscript):
        base = base.items
    variable = body.names.scope.lookup(base.text) if isinstance(base, s.Name) else None
    if variable is None or not holds_prompt(variable.type):
        return
    if variable.turn is not body.around.turn:
        body.reporter.report(
            "SGL0314", node.span, "this prompt was made in another turn",
            help="resume it in the turn in which the arms were opened",
            also=(variable.span, "made here"),
        )  # fmt: skip
