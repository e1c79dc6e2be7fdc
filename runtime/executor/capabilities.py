"""What a backend can't do is an error before the first call, with the place and a way out."""

from __future__ import annotations

from ..backend import Backend
from ..plan.errors import RunError
from ..plan.schema import Family, MarkSpan, Plan, TurnStep
from ..plan.turns import TurnState, has_images, states_at_calls
from ..plan.walking import walk

UNCONDITIONAL = "unconditional_likelihood_normalized"


def check_capabilities(plan: Plan, backend: Backend) -> None:
    """Whether `backend` can run every call of `plan`. Raises RunError (SGL3104)."""
    for family in plan.families:
        _check_family(family, backend)
    if backend.capabilities.chat:
        _check_turns(plan, backend)
        _check_tools(plan, backend)
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
    if family.constraint and family.constraint[0] in ("call", "before_call") and can.chat:
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
            problem = _unsaid(state, backend.capabilities.continues)
            if problem:
                raise _cannot(backend, *problem, family)


def _check_tools(plan: Plan, backend: Backend) -> None:
    """Whether no turn hands tools to the template: a chat that is told of some may answer with calls instead."""
    edges = (part for program in plan.programs for part in walk(program.steps))
    if any(isinstance(edge, MarkSpan | TurnStep) and edge.tools is not None for edge in edges):
        raise _cannot(
            backend,
            "hand the tools of `system(tools=T)` to a chat",
            "a server that takes token ids or text can, since there we render the model's own template",
        )


def _unsaid(state: TurnState, continues: bool) -> tuple[str, str] | None:
    """What of a prompt no messages can say, and a way out."""
    if not state.has_turns:
        return "be asked for a raw completion", "a program with turns, or a completions API, can"
    if state.is_loose:
        return "take text outside of turns", "a turn around it can be sent"
    if state.role not in ("assistant", "thinking"):
        where = f"inside of a {state.role} turn" if state.role else "outside of a turn"
        return f"generate {where}", "an assistant turn, or a completions API, can"
    if state.has_begun and not continues:
        return (
            "continue an assistant turn that has begun",
            "one `gen` for the whole turn, or a server that takes token ids or text, can",
        )
    return None


def _cannot(backend: Backend, what: str, help: str, family: Family | None = None) -> RunError:
    span = family.span if family else None
    return RunError("SGL3104", f"`{backend.name}` can't {what}", help, span)
