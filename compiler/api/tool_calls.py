"""Calls of tools in direct mode: what is said first, then the call, in a turn of its own at the end of the assistant's.

The ops that a plan has for the same are those of `ir.tool_calls`.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ...ir.constrained.calls import BEFORE, CALLED, MORE, NEXT, ToolSet, unsayable
from ...ir.ops import Edge
from ...ir.sampling import Constraint, Sampling
from ...ir.target.calls import CALL_ENDED, NEXT_CALL, Calls, spelled
from ...ir.tool_calls import MORE_TOKENS, MOST_CALLS, of_the_call
from ...lang.python.surface import GenMark
from ...runtime.executor.prompts import PromptState
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import Expr, GenStep, Lit, Ref, SourceSpan, TextStep, TurnStep
from .asking import ask, listed, told, triple, which
from .live_prompt import PROMPT, VALUE, LivePrompt
from .session import NODE
from .variables import Variable


async def call_tool(
    prompt: LivePrompt,
    mark: GenMark,
    site: str,
    span: SourceSpan | None,
    variable: Variable | None,
) -> None:
    """A `gen` that may call a tool, which is all of a turn. Raises RunError (SGL0591, SGL2205)."""
    calls = _calls(prompt, mark, span)
    state = _begun(prompt, span)
    prompt.session.render_whole()
    _hand_over(prompt, state, mark)
    place = which(prompt, site)
    asked = _Asked(prompt, mark, calls, *place, span, variable, mark.name or "")
    value = await (asked.required("") if mark.must_call else asked.auto())
    prompt.place = replace(prompt.place, is_called=True)
    if variable is not None:
        variable.value.set_result(value)


@dataclass(frozen=True)
class _Asked:
    """One such call: which it is, and how it is asked."""

    prompt: LivePrompt
    mark: GenMark
    calls: Calls
    site: str
    indices: list[Expr]
    span: SourceSpan | None
    variable: Variable | None
    name: str

    async def auto(self) -> dict[str, Any]:
        """The answer that is a call or a text; what is said before a call is its text."""
        before = self.prompt.place
        said = await self._answer(BEFORE, "before_call")
        if not said["calls"]:
            return self._nothing_called(said["text"])
        if not said["text"]:
            self.prompt.stand_at(before)
        return await self.required(said["text"])

    async def required(self, text: str) -> dict[str, Any]:
        """The answer that is a call, behind what was said before it."""
        await self._edge("begin")
        if self.mark.several:
            value = {"text": text, "calls": await self._calls()}
        else:
            value = {**await self._answer("", "call"), "text": text}
        await self._edge("end")
        return value

    def _nothing_called(self, text: str) -> dict[str, Any]:
        if self.mark.several:
            return {"text": text, "calls": []}
        return ToolSet.of(self._spelled()).value("", None, text)

    async def _calls(self) -> list[dict[str, Any]]:
        """One call after the other, until the model makes no more."""
        calls: list[dict[str, Any]] = []
        asked = replace(self, name=self.name + CALLED)
        while True:
            called = await asked._answer("", "call")
            calls.append({name: value for name, value in called.items() if name != "text"})
            behind = self.prompt.place
            await self._words(CALL_ENDED)
            more = await asked._answer(MORE, "before_call")
            self.prompt.stand_at(behind)
            if not more["calls"] or len(calls) == MOST_CALLS:
                return calls
            await self._words(NEXT_CALL)
            indices = [*self.indices, Lit(len(calls) - 1)]
            asked = replace(asked, site=self.site + NEXT, indices=indices)

    async def _words(self, text: str) -> None:
        step = TextStep(PROMPT, Ref(PROMPT), self.calls.worded(text), NODE)
        await self.prompt.execute(step, self.span)

    def _spelled(self, suffix: str = "") -> str:
        tools = [(tool.name, str(tool.arguments)) for tool in self.mark.tools]
        return spelled(tools, several=self.mark.several, again=suffix == MORE)

    async def _answer(self, suffix: str, kind: Any) -> Any:
        name, prompt = self.name + suffix, self.prompt
        sampling, constraint = self._bounded(kind, suffix)
        family = prompt.session.family(
            "gen", name, self.site + suffix, self.span, sampling=listed(sampling), constraint=triple(constraint)
        )  # fmt: skip
        step = GenStep(family.id, Ref(PROMPT), VALUE, PROMPT, None, self.indices)
        heard = Variable(concurrent.futures.Future())
        try:
            await ask(prompt, step, name, heard)
        finally:
            if self.variable is not None:
                self.variable.call = heard.call
        return heard.value.result()

    def _bounded(self, kind: Any, suffix: str) -> tuple[Mapping[str, Any], Constraint | None]:
        """The parameters of a call, and the constraint in the words of the model's family."""
        given = told(self.prompt, {**self.prompt.session.defaults, **self.mark.given}, self.span)
        given = of_the_call(given) if kind == "call" or suffix == MORE else given
        given = {**given, "max_tokens": MORE_TOKENS} if suffix == MORE else given
        stop = given.get("stop", ())
        stops = Sampling(stop=(stop,) if isinstance(stop, str) else tuple(stop))
        sampling, constraint = self.calls.bounded(stops, Constraint(kind, self._spelled(suffix)))
        return ({**given, "stop": sampling.stop} if sampling.stop else given), constraint

    async def _edge(self, edge: Edge) -> None:
        step = TurnStep(PROMPT, Ref(PROMPT), "call", edge, NODE)
        await self.prompt.execute(step, self.span, turns=True)


def _calls(prompt: LivePrompt, mark: GenMark, span: SourceSpan | None) -> Calls:
    """How the model writes calls of these tools. Raises RunError (SGL2205)."""
    template = prompt.session.run.target.template
    if template is None or not template.calls.is_known:
        headline = "the chat template writes no tool calls that could be read again"
        why = template.calls.why if template is not None else ""
        headline += f": {why}" if why else ""
        help = "a model whose chat template shows tool calls can be used"
        raise RunError("SGL2205", headline, help, span)
    for tool in mark.tools:
        field = unsayable(tool.arguments, template.calls.format)
        if field is not None:
            headline = f"the chat template has no words for the argument `{field}` of `{tool.name}`"
            raise RunError(
                "SGL2205", headline, "texts, numbers and booleans can be told there", span
            )
    if mark.several and not template.calls.between:
        headline = f"the chat template writes one tool call in a turn: {template.calls.why_one}"
        help = "without `parallel_tool_calls`, a call in each of several turns can be asked for"
        raise RunError("SGL2205", headline, help, span)
    return template.calls


def _begun(prompt: LivePrompt, span: SourceSpan | None) -> PromptState:
    """The prompt, whose last piece begins the assistant's turn, or ends what was thought in it. Raises RunError."""
    state = prompt.place.prompt
    piece = state.piece if state is not None else None
    marks = piece.marks if piece is not None else ()
    is_new = piece is not None and bool(marks) and marks[-1].end == len(piece.text)
    if state is None or prompt.place.open != "assistant" or not is_new:
        headline = "a model calls tools in a turn of its own: `assistant(gen(...))`"
        raise RunError("SGL0591", headline, span=span)
    return state


def _hand_over(prompt: LivePrompt, state: PromptState, mark: GenMark) -> None:
    """Tools that no turn has handed over yet: the turn that calls one of them does."""
    known = list(state.tools or ())
    names = {each["function"]["name"] for each in known}
    new = [tool.schema for tool in mark.tools if tool.name not in names]
    if not new or state.piece is None:
        return
    *before, last = state.piece.marks
    last = msgspec.structs.replace(last, tools=[*known, *new])
    piece = replace(state.piece, marks=(*before, last))
    prompt.stand_at(replace(prompt.place, prompt=replace(state, piece=piece)))
