"""A prompt as a chat service takes it: turns, the calls of tools in them, and the tools that may be called.

A call stands in the assistant's turn that made it. What services are told of it (its name, its arguments, a number) is
read out of the text that the model's own family has for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ....ir.constrained.calls import ToolSet, tool_schema
from ....ir.sampling import Constraint
from ....ir.target.calls import CALL
from ....ir.target.conversation import Message
from ....ir.target.thinking import THINKING
from ...backend import Called, PromptText, ToolUse
from ...plan.errors import RunError
from ..instance import Run
from ..prompts import PromptState
from .pictures import image_places

CALLS = ("call", "before_call")
"""The kinds of constraints of a `gen` with tools."""
_Turn = tuple[str, str, bool]


def prompt_text(
    run: Run, state: PromptState, text: str, shared: Any, constraint: Constraint | None
) -> PromptText:
    """The prompt for a backend that does not take token ids. Raises RunError (SGL3105)."""
    turns: list[_Turn] = []
    calls: dict[int, tuple[Called, ...]] = {}
    for message in state.messages:
        if message.role == CALL:
            _add_calls(run, message, turns, calls)
        elif message.role != THINKING and (message.role or message.content.strip()):
            turns.append((message.role, message.content, message.open))
    images, tools = image_places(state), _use(run, state, constraint)
    return PromptText(text, tuple(turns), shared, images, calls, tools)


def _add_calls(
    run: Run, message: Message, turns: list[_Turn], calls: dict[int, tuple[Called, ...]]
) -> None:
    """Put calls into the assistant's turn before it, or into one in which nothing was said."""
    said = turns.pop()[1] if turns and turns[-1][0] == "assistant" else ""
    turns.append(("assistant", said, message.open))
    if not message.open:
        number = 1 + sum(map(len, calls.values()))
        template = run.target.template
        texts = template.calls.parted(message.content) if template else [message.content]
        found = (_called(run, text, f"call_{number + n:05}") for n, text in enumerate(texts))
        calls[len(turns) - 1] = tuple(found)


def _called(run: Run, text: str, id: str) -> Called:
    for tools in _tool_sets(run):
        try:
            value: Any = tools.parse(text)
        except ValueError:
            continue
        name = value["name"]
        return Called(name, json.dumps(value[name], ensure_ascii=False), id)
    raise RunError("SGL3105", f"a call in the prompt can't be read again: {text[:60]!r}")


def _tool_sets(run: Run) -> Iterator[ToolSet]:
    families = (family.constraint for family in run.families.values())
    texts = (found[1] for found in families if found and found[0] in CALLS)
    return (tool_set(run, text) for text in dict.fromkeys(texts))


def tool_set(run: Run, text: str) -> ToolSet:
    """The tools of a constraint, in the words of the target's family."""
    template = run.target.template
    found = ToolSet.of(text)
    return replace(found, format=template.calls.format) if template is not None else found


def _use(run: Run, state: PromptState, constraint: Constraint | None) -> ToolUse | None:
    """The tools that a prompt has, and which of them may be called now."""
    handed = [each for each in state.tools or () if is_tool(each)]
    if constraint is None or constraint.kind not in CALLS:
        return ToolUse(tuple(handed), "none") if handed else None
    tools = tool_set(run, constraint.text)
    choice = "required" if constraint.kind == "call" else "auto"
    several = bool(json.loads(constraint.text).get("several"))
    return ToolUse(tuple(_wanted(tools, handed)), choice, several)


def _wanted(tools: ToolSet, handed: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Tools by name as the prompt has them; others as their types say."""
    known = {each["function"]["name"]: each for each in handed}
    names = {name for name, _ in tools.tools}
    yield from (each for name, each in known.items() if name in names)
    yield from (tool_schema(n, kind, "") for n, kind in tools.tools if n not in known)


def is_tool(value: Any) -> bool:
    """Whether something that is handed to a template is a function as services take it."""
    function = value.get("function") if isinstance(value, dict) else None
    return isinstance(function, dict) and {"name", "parameters"} <= {*function}


def are_tools(values: Sequence[Any]) -> bool:
    """Whether all of them are."""
    return bool(values) and all(map(is_tool, values))
