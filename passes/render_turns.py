"""`render-turns`: turns become the text that the model's own chat template puts around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ..ir.diagnostic import CompileFailed, Diagnostic, Label
from ..ir.module import Module, Program
from ..ir.ops import Block, Mark, Op, Root, Text, Turn
from ..ir.target.template import ChatTemplate
from ..ir.target.turns import Refusal, TurnModel, probe
from .analysis.turn_states import TurnStates
from .rewriting.rewriter import Rewriter, each_program
from .rewriting.turn_trims import DoesNotCompose, TrimmingRenderer
from .running.context import Context
from .running.needs import INLINED, Need


@dataclass(frozen=True, slots=True)
class RenderTurns:
    """Replace the edges of turns by the markers that the chat template makes, where it composes.

        %p1 = turn %p0, begin user         ->  %p1 = text %p0, "<|im_start|>user\\n" marks begin user
        %p2 = insert %p1, %question            %p2 = insert %p1, %question
        %p3 = turn %p2, end user               %p3 = text %p2, "<|im_end|>\\n" marks end user

    The template is probed with every order of turns that the programs can make. The text of each call is
    what one rendering of its messages gives; where that can't be shown, all turns stay, and each call
    renders its messages whole (PFX502). Never rewrites a part of a module's turns. Needs fragments in place of
    their uses: what opens a turn depends on the turns before it.
    """

    name: ClassVar[str] = "render-turns"
    needs: ClassVar[tuple[Need, ...]] = (INLINED,)

    def run(self, module: Module, context: Context) -> Module:
        """Rewrite all programs, or none. Raises CompileFailed where the template refuses (SGL22xx)."""
        states = {program.name: TurnStates(program.body) for program in module.programs}
        if not any(found.turns for found in states.values()):
            return module
        template = context.target.template or _missing(states)
        model = _probe(template, states, context)
        try:
            _check(states, model)
            return each_program(
                module, lambda program: _rendered(program, states[program.name], model, context)
            )
        except DoesNotCompose as obstacle:
            context.warns(
                "the chat template is rendered whole for each call (PFX502)", str(obstacle)
            )
            return each_program(
                module, lambda program: _rendered(program, states[program.name], None, context)
            )


def _rendered(
    program: Program, states: TurnStates, model: TurnModel | None, context: Context
) -> Block:
    """The body of a program with its turns as text; without a model only its roots change."""
    if not states.turns:
        return program.body
    if model is not None:
        context.did(f"wrote the turns of `{program.name}` as text", _added(states, model))
    renderer = _Renderer(states, model)
    if model is None or not model.trims_contents:
        return renderer.block(program.body)
    declined: dict[str, None] = {}
    trimming = TrimmingRenderer(
        lambda turn: renderer.marker(turn, model), model.trims, declined.setdefault
    )
    body = trimming.body(program.body)
    for what in declined:
        context.declined(what, "which edges are trimmed depends on their order")
    return body


class _Renderer(Rewriter):
    """Writes the markers; without a model it only takes the BOS from the roots."""

    def __init__(self, states: TurnStates, model: TurnModel | None) -> None:
        super().__init__()
        self._states, self._model = states, model

    def visit(self, op: Op) -> Sequence[Op]:
        match op:
            case Root(bos=True):
                return (replace(op, bos=False),)
            case Turn() if self._model:
                return (self.marker(op, self._model),)
            case _:
                return (self.descend(op),)

    def marker(self, turn: Turn, model: TurnModel) -> Text:
        """The text that stands for an edge of a turn."""
        if turn.edge == "end":
            text = model.closers[turn.role]
        else:
            text = _openings(self._states, turn, model)[0]
        mark = Mark(0, len(text), turn.role, turn.edge)
        return Text(turn.result, turn.prompt, text, marks=(mark,), span=turn.span)


def _openings(states: TurnStates, turn: Turn, model: TurnModel) -> list[str]:
    """The different texts that may open a turn: one, unless paths with different turns before it meet."""
    return sorted({model.openers[order] for order in states.orders_of(turn)}) or [""]


def _probe(template: ChatTemplate, states: dict[str, TurnStates], context: Context) -> TurnModel:
    orders = {order: turn for found in states.values() for order, turn in found.orders().items()}
    model = probe(template, orders)
    if model.refusals:
        raise CompileFailed(_refused(refusal, orders[refusal.order]) for refusal in model.refusals)
    if template.reads_clock:
        context.warns(
            f"the chat template asks for the date and is told {template.date}",
            "a date breaks prefixes",
        )
    return model


def _added(states: TurnStates, model: TurnModel) -> str:
    """What the template puts before the first turn by itself, such as a default system turn."""
    for before, role in states.orders():
        if before is None:
            first = model.openers[None, role]
            later = next((text for (b, r), text in model.openers.items() if b and r == role), first)
            if first != later:
                return f"the template begins with {first.removesuffix(later)!r}"
    return ""


def _check(states: dict[str, TurnStates], model: TurnModel) -> None:
    """Raise DoesNotCompose where turns can't be text."""
    if model.mismatch is not None:
        raise DoesNotCompose(str(model.mismatch))
    for name, found in states.items():
        for doubt in _doubts(name, found, model):
            raise DoesNotCompose(doubt)


def _doubts(name: str, states: TurnStates, model: TurnModel) -> Iterator[str]:
    for turn in states.turns:
        if turn.tools is not None:
            yield f"the tools of `{name}` are known at run time only"
        elif turn.edge == "begin" and len(_openings(states, turn, model)) > 1:
            yield f"the text that opens the {turn.role} turn in `{name}` depends on which turns came before it"


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


def _missing(states: dict[str, TurnStates]) -> ChatTemplate:
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
