"""What a backend can't do is an error before the first call, with the place and a way out."""

from __future__ import annotations

from typing import Any

from ..backend import Backend, Capabilities
from ..plan.errors import RunError
from ..plan.schema import Family, Lit, MarkSpan, Plan, TurnStep
from ..plan.thinking import answers_of
from ..plan.turns import TurnState, has_images, states_at_calls
from ..plan.walking import walk
from .asking.turns import CALLS, are_tools

UNCONDITIONAL = "unconditional_likelihood_normalized"


def check_capabilities(plan: Plan, backend: Backend) -> None:
    """Whether `backend` can run every call of `plan`. Raises RunError (SGL3104)."""
    for family in plan.families:
        _check_family(family, backend)
    if backend.capabilities.chat:
        _check_turns(plan, backend)
        _check_tools(plan, backend)
        _check_thinking(plan, backend)
    if has_images(plan) and not backend.capabilities.images:
        raise _cannot(backend, "take images", "a chat of a server whose model sees takes them")


def _check_family(family: Family, backend: Backend) -> None:
    can = backend.capabilities
    if family.kind == "select" and not can.select:
        raise _cannot(
            backend,
            "score choices",
            "a `gen` constrained to a union of literals asks the same",
            family,
        )
    if family.kind == "select" and not can.scores and family.method == UNCONDITIONAL:
        raise _cannot(
            backend,
            f"score choices by `{family.method}`",
            "the model answers with one of the choices there; the engine, SGLang and vLLM score",
            family,
        )
    if family.constraint and family.constraint[0] in CALLS and can.chat and not can.calls:
        raise _cannot(
            backend,
            "be asked for calls of a program's tools as a chat",
            "the engine can, and a server that takes token ids or text and a regex, such as vLLM and SGLang",
            family,
        )
    if family.constraint and family.constraint[0] not in can.constraints:
        kind = family.constraint[0]
        known = ", ".join(sorted(can.constraints)) or "none"
        raise _cannot(backend, f"constrain by `{kind}`", f"constraints it has: {known}", family)
    told = family.sampling.get("thinking")
    if told and can.chat and told not in can.thinking:
        raise _cannot(
            backend,
            "keep reasoning apart" if told == "on" else "be told to answer without reasoning",
            "a server that takes token ids or text can, since there we render the model's own template",
            family,
        )
    wants_logprobs = family.sampling.get("logprobs") or family.sampling.get("top_logprobs")
    if wants_logprobs and not can.logprobs:
        raise _cannot(backend, "give log probabilities", "the embedded engine gives them", family)


def _check_turns(plan: Plan, backend: Backend) -> None:
    """Whether every call can be said with turns alone."""
    states = states_at_calls(plan)
    for family in plan.families:
        for state in sorted(states.get(family.id, ()), key=str):
            problem = _unsaid(state, backend.capabilities)
            if problem:
                raise _cannot(backend, *problem, family)


def _check_tools(plan: Plan, backend: Backend) -> None:
    """Whether the tools that turns hand to the template are functions, which a chat can be told of."""
    for program in plan.programs:
        edges = (part for part in walk(program.steps) if isinstance(part, MarkSpan | TurnStep))
        if all(_is_told(edge.tools, backend.capabilities) for edge in edges):
            continue
        first = next((each for each in plan.families if each.program == program.name), None)
        raise _cannot(
            backend,
            "hand the tools of `system(tools=T)` to a chat",
            "a server that takes token ids or text can, since there we render the model's own template",
            first,
        )


def _is_told(tools: Any, can: Capabilities) -> bool:
    """Whether a chat can be told of what a turn hands over."""
    listed = tools.value if isinstance(tools, Lit) else tools
    return tools is None or (can.calls and isinstance(listed, list) and are_tools(listed))


def _check_thinking(plan: Plan, backend: Backend) -> None:
    """Whether nothing is thought before a call of a tool: a chat gives reasoning with an answer that is text."""
    families = {family.id: family for family in plan.families}
    for step in answers_of(plan).values():
        family = families[step.family]
        if family.constraint and family.constraint[0] in CALLS:
            raise _cannot(
                backend,
                "think before it calls a tool",
                "a `gen` with `tools` and without `thinking` can be asked there",
                family,
            )


def _unsaid(state: TurnState, can: Capabilities) -> tuple[str, str] | None:
    """What of a prompt no messages can say, and a way out."""
    if not state.has_turns:
        return "be asked for a raw completion", "a program with turns, or a completions API, can"
    if state.is_loose:
        return "take text outside of turns", "a turn around it can be sent"
    if state.role not in ("assistant", "thinking", *(("call",) if can.calls else ())):
        where = f"inside of a {state.role} turn" if state.role else "outside of a turn"
        return f"generate {where}", "an assistant turn, or a completions API, can"
    if state.has_begun and state.role != "call" and not can.continues:
        return (
            "continue an assistant turn that has begun",
            "one `gen` for the whole turn, or a server that takes token ids or text, can",
        )
    return None


def _cannot(backend: Backend, what: str, help: str, family: Family | None = None) -> RunError:
    span = family.span if family else None
    return RunError("SGL3104", f"`{backend.name}` can't {what}", help, span)
