"""`render-turns`: turns become the text that the model's own chat template puts around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ..ir.diagnostic import CompileFailed, Diagnostic, Label
from ..ir.module import Module, Program
from ..ir.ops import Block, Const, Gen, Op, Root, Text, Turn
from ..ir.span import Span
from ..ir.structure import walk
from ..ir.target import ChatTemplate, Part, TemplateError, Tokenizer
from ..ir.target.calls import CALL, TOOL
from ..ir.target.turns import Mismatch, Refusal, TurnModel, Turns, probe, turns_of
from .analysis.raw_calls import begins_raw, has_raw_calls
from .analysis.turn_futures import AmbiguousTurn, TurnFutures
from .analysis.turn_states import TurnStates
from .rewriting.ended_calls import with_ended_calls
from .rewriting.not_composing import DoesNotCompose, OpensOtherwise
from .rewriting.rewriter import Rewriter, each_program
from .rewriting.tool_calls import check_sayable, check_several
from .rewriting.turn_trims import TrimmingRenderer
from .rewriting.turn_versions import VersionWriter
from .rewriting.version_calls import Again
from .running.context import Context
from .running.needs import INLINED, Need


@dataclass(frozen=True, slots=True)
class RenderTurns:
    """Replace the edges of turns by the markers that the chat template makes, where it composes.

        %p1 = turn %p0, begin user         ->  %p1 = text %p0, "<|im_start|>user\\n" marks begin user
        %p2 = insert %p1, %question            %p2 = insert %p1, %question
        %p3 = turn %p2, end user               %p3 = text %p2, "<|im_end|>\\n" marks end user

    The template is probed with the conversations that the programs can have. The text of each call is what one
    rendering of its messages gives. Where a template writes a turn in another way once the conversation goes on,
    what was said is said again on a prompt of its own (`echo`), and the text before it is shared. A call before all
    turns is a raw completion, behind nothing of the template's. Only where not even that can be shown all turns stay,
    and each call renders its messages whole (PFX502). Never rewrites a part of a module's turns. Needs fragments in
    place of their uses: what opens a turn depends on the turns before it.
    """

    name: ClassVar[str] = "render-turns"
    needs: ClassVar[tuple[Need, ...]] = (INLINED,)

    def run(self, module: Module, context: Context) -> Module:
        """Rewrite all programs, or none. Raises CompileFailed where the template refuses (SGL22xx)."""
        states = {program.name: TurnStates(program.body) for program in module.programs}
        if not any(found.turns for found in states.values()):
            return module
        template = context.target.template or _missing(states)
        if template.reads_clock:
            context.warns(
                f"the chat template asks for the date and is told {template.date}",
                "a date breaks prefixes",
            )
        spelled = each_program(module, lambda program: _spelled(program, template))
        if spelled is not module:
            states = {program.name: TurnStates(program.body) for program in spelled.programs}
        module = spelled
        ended = each_program(module, _ends_where_it_calls)
        if ended is not module:
            states = {program.name: TurnStates(program.body) for program in ended.programs}
        models = {name: _probe(template, found) for name, found in states.items() if found.turns}
        try:
            return each_program(
                ended, lambda program: _rendered(program, models.get(program.name), context)
            )
        except DoesNotCompose as obstacle:
            what = "the chat template is rendered whole for each call (PFX502)"
            context.warns(what, str(obstacle), _first_call(module))
            return each_program(module, _without_bos)


def _first_call(module: Module) -> Span | None:
    """Where a model first calls a tool, if it does."""
    ops = (op for program in module.programs for op in walk(program.body))
    return next((op.span for op in ops if isinstance(op, Turn) and op.role == CALL), None)


def _ends_where_it_calls(program: Program) -> Block:
    return with_ended_calls(program.body)


def _rendered(program: Program, model: TurnModel | None, context: Context) -> Block:
    """The body of a program with its turns as text. Raises DoesNotCompose."""
    if model is None:
        return program.body
    if model.mismatch is not None:
        raise DoesNotCompose(str(model.mismatch))
    _check_raw_calls(program.body, model, context.target.tokenizer)
    try:
        _check_openings(program.body, model)
        written, again = _versions(_trimmed(program.body, model, context), model)
    except AmbiguousTurn:
        why = "whether a turn has begun to say something is known at run time only"
        raise DoesNotCompose(why) from None
    context.odd.update(model.odd)
    context.did(f"wrote the turns of `{program.name}` as text", _added(model))
    for each in again:
        _say_again(each, context)
    return written


def _check_openings(body: Block, model: TurnModel) -> None:
    """Whether each turn says something where a call asks, or nothing yet. Raises AmbiguousTurn.

    Asked of the body as it was: what is trimmed holds white space in values, which may come to nothing.
    """
    TurnFutures(body, TurnStates(body, 0, model.step), model)


_RAW_FIRST = "a call may come before all turns"


def _check_raw_calls(body: Block, model: TurnModel, tokenizer: Tokenizer) -> None:
    """That a call before all turns is asked a raw completion. Raises DoesNotCompose.

    Text that stands at the root stands before such a call, too: only what makes no difference to it may.
    """
    begun = model.ends.get(0, "")
    if has_raw_calls(body) and not begins_raw(body, begun, tokenizer):
        raise DoesNotCompose(f"{_RAW_FIRST}, and the template begins with {begun!r}")


def _versions(body: Block, model: TurnModel) -> tuple[Block, list[Again]]:
    """The body with its turns as text; what is opened in several ways is opened early."""
    states = TurnStates(body, 0, model.step)
    futures = TurnFutures(body, states, model)
    early: frozenset[int] = frozenset()
    while True:
        writer = VersionWriter(states, futures, model, early)
        try:
            return writer.body(body), writer.again
        except OpensOtherwise as found:
            if has_raw_calls(body):
                raise DoesNotCompose(_RAW_FIRST) from None
            early |= {found.future}


def _trimmed(body: Block, model: TurnModel, context: Context) -> Block:
    """The body with the white space taken from its turns that the template takes."""
    if not model.trims_contents:
        return body
    declined: dict[str, None] = {}
    found = TrimmingRenderer(model.trims, declined.setdefault).body(body)
    for what in declined:
        context.declined(what, "which edges are trimmed depends on their order")
    return found


def _say_again(again: Again, context: Context) -> None:
    """Say where the template takes back what it wrote, and what of the prompt is computed once more."""
    part = Part(again.later or again.asked, True)
    count = len(context.target.tokenizer.encode((part,), continuation=True))
    context.warns(
        "the chat template writes this turn in another way once the conversation goes on",
        f"{again.later!r} stands before what was said then, in place of {again.asked!r}: it is computed again",
        again.span,
        count,
    )


def _without_bos(program: Program) -> Block:
    """Turns that stay write their own beginning; a call before all of them needs that of its root."""
    has_turns = any(isinstance(op, Turn) for op in walk(program.body))
    if not has_turns or has_raw_calls(program.body):
        return program.body
    return _RootsOfTurns().block(program.body)


def _spelled(program: Program, template: ChatTemplate) -> Block:
    """The body with the family's words for reasoning and calls. Raises CompileFailed (SGL2204, SGL2205)."""
    gens = [op for op in walk(program.body) if isinstance(op, Gen)]
    thinks = [op for op in gens if op.sampling.thinking == "on"]
    calls = [op for op in gens if op.constraint is not None and op.constraint.kind == "call"]
    if thinks and not template.thinking.is_known:
        raise CompileFailed([_does_not_think(thinks[0])])
    for op in calls:
        check_sayable(op, template)
    for op in gens:
        check_several(op, template)
    return _Words(template).block(program.body) if thinks or calls else program.body


def _does_not_think(op: Gen) -> Diagnostic:
    return Diagnostic(
        "SGL2204",
        "nothing is known of how the model writes its reasoning",
        labels=(Label(op.span, "reasoning is asked for"),) if op.span else (),
        helps=(
            "`gen()` without `thinking` asks as the chat template has it",
            "a model whose chat template shows reasoning can be used",
        ),
    )


class _Words(Rewriter):
    """Lets reasoning end at the template's end marker, and calls be written as it writes them."""

    def __init__(self, template: ChatTemplate) -> None:
        super().__init__()
        self._template = template

    def visit(self, op: Op) -> Sequence[Op]:
        match op:
            case Gen():
                thinking, calls = self._template.thinking, self._template.calls
                sampling = op.sampling
                if sampling.thinking == "on":
                    sampling = thinking.bounded(sampling)
                sampling, constraint = calls.bounded(sampling, op.constraint)
                return (replace(op, sampling=sampling, constraint=constraint),)
            case Text():
                text = self._template.calls.worded(op.text)
                return (replace(op, text=text) if text != op.text else op,)
            case _:
                return (self.descend(op),)


class _RootsOfTurns(Rewriter):
    """Takes the BOS from the roots."""

    def visit(self, op: Op) -> Sequence[Op]:
        match op:
            case Root(bos=True):
                return (replace(op, bos=False),)
            case _:
                return (self.descend(op),)


def _probe(template: ChatTemplate, states: TurnStates) -> TurnModel:
    """The template's model over the conversations of a program. Raises CompileFailed (SGL2201, SGL2203)."""
    try:
        return _probed(template, states)
    except TemplateError as error:
        raise CompileFailed([_unrendered(states.turns[0], error)]) from None


def _probed(template: ChatTemplate, states: TurnStates) -> TurnModel:
    orders = states.orders()
    tools = _tools(states)
    if tools is _UNKNOWN:
        return TurnModel(mismatch=Mismatch((), 0, "", "", "the tools are known at run time only"))
    turns = (
        Turns(frozenset(orders), frozenset(states.asks())) if states.asks() else turns_of(orders)
    )
    model = probe(template, turns, tools)
    if model.refusals and tools is None and not probe(template, turns, SAMPLE_TOOLS).refusals:
        raise CompileFailed([_needs_tools(states, model.refusals[0])])
    if model.refusals:
        raise CompileFailed(_refused(refusal, orders[refusal.order]) for refusal in model.refusals)
    return model


_UNKNOWN = object()
SAMPLE_TOOLS = [TOOL]
"""Shows whether a template that refuses everything only wants tools."""


def _tools(states: TurnStates) -> Any:
    """The tools that the program hands to the template: a list, None, or unknown before the run.

    They are known where every prompt begins with them: a call before the turn that brings them has none.
    """
    given = [turn.tools for turn in states.turns if turn.tools is not None]
    if not given:
        return None
    first = [
        turn.tools for turn in states.turns if turn.edge == "begin" and None in states.pasts(turn)
    ]
    same = all(isinstance(tools, Const) and tools == given[0] for tools in (*first, *given))
    return given[0].value if same and isinstance(given[0], Const) else _UNKNOWN


def _needs_tools(states: TurnStates, refusal: Refusal) -> Diagnostic:
    return Diagnostic(
        "SGL2203",
        "the chat template renders nothing without tools",
        labels=_labels(states.turns[0], f"the template says: {refusal.message}"),
        helps=(
            "`system(tools=T):` hands tools to the template",
            "a model with another template can be used",
        ),
    )


def _added(model: TurnModel) -> str:
    """What the template puts before the first turn by itself, such as a default system turn."""
    begun = model.ends.get(0, "")
    return f"the template begins with {begun!r}" if begun else ""


def _unrendered(turn: Turn, error: TemplateError) -> Diagnostic:
    """Of a template that comes to no end, or takes the process that renders it down."""
    return Diagnostic(
        "SGL2201",
        "the chat template can't be rendered",
        labels=_labels(turn, str(error)),
        helps=("a template that comes to an end, or a model with another one, can be used",),
    )


def _refused(refusal: Refusal, turn: Turn) -> Diagnostic:
    before, role = refusal.order
    where = f"after a {before} turn" if before else "as the first one"
    return Diagnostic(
        "SGL2201",
        f"the chat template refuses a {role} turn {where}",
        labels=_labels(turn, f"the template says: {refusal.message}"),
        helps=(
            "an order of turns that the template takes, or a model with another template, can be used",
        ),
    )


def _missing(states: Mapping[str, TurnStates]) -> ChatTemplate:
    turn = next(turn for found in states.values() for turn in found.turns)
    raise CompileFailed(
        [
            Diagnostic(
                "SGL2202",
                "the model has no chat template, so turns can't be written",
                labels=_labels(turn, f"a {turn.role} turn"),
                helps=(
                    "a program without turns runs as a raw completion",
                    "an instruct model has a template",
                ),
            )
        ]
    )


def _labels(turn: Turn, text: str) -> tuple[Label, ...]:
    return (Label(turn.span, text),) if turn.span else ()
