"""Conversations that chat templates are tried with: long, with tools, reasoning, null contents, string arguments."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]
TURNS = 7
MANY_TURNS = 28
"""Turns of a conversation that outgrows what a template may keep of it."""

_LONG = 800
"""Words of a result that whoever shortens results shortens."""

_CUTS = re.compile(r"\[[^\]]*:[^\]]*\]|truncate|length\s*[<>]")
"""What may shorten a text."""

_COUNTS = re.compile(r"messages[^}%]*(\[[^\]]*:|length|slice|batch)|loop\.|\d\d")
"""What may hang on how long a conversation is."""

_GATHERS = re.compile(r"selectattr|rejectattr|role.{0,4}\s*[!=]=\s*['\"]system")
"""What may gather system text from all over a conversation."""

DOCUMENTS = [{"title": "Ledger qz", "text": "The document qz.", "content": "The document qz."}]


@dataclass(frozen=True)
class Trial:
    """A conversation, the variables that go with it, and the lengths at which the model is asked."""

    name: str
    messages: tuple[Message, ...]
    variables: dict[str, Any]

    def asked(self) -> list[int]:
        """After every message that is not the assistant's, from the first user message on."""
        return [
            n + 1
            for n, m in enumerate(self.messages)
            if m["role"] in ("user", "tool")
            and (n + 1 == len(self.messages) or self.messages[n + 1]["role"] == "assistant")
        ]


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_shelf_qz",
            "description": "Finds the shelf of a book.",
            "parameters": {
                "type": "object",
                "properties": {"title": {"type": "string"}},
                "required": ["title"],
            },
        },
    }
]


def plain(
    with_system: bool = True, reasoning: str = "", turns: int = TURNS, words: int = 0
) -> tuple[Message, ...]:
    """User and assistant in turn. `reasoning`: how the assistant's comes (`field`, `inline`); `words` more of each."""
    found: list[Message] = [{"role": "system", "content": "System text qz."}] if with_system else []
    more = " more" * words
    for n in range(turns):
        found.append({"role": "user", "content": f"Question {n} qz.{more}"})
        said = _said(n, reasoning)
        found.append({**said, "content": said["content"] + more})
    return tuple(found[:-1])


def reminded() -> tuple[Message, ...]:
    """A conversation in which system text comes in the middle, as programs remind a model of its rules."""
    found = list(plain())
    found.insert(5, {"role": "system", "content": "Reminder qz."})
    return tuple(found)


def _said(number: int, reasoning: str) -> Message:
    message: Message = {"role": "assistant", "content": f"Answer {number} qz."}
    if reasoning == "field":
        message["reasoning_content"] = f"Thought {number} qz."
    elif reasoning == "inline":
        message["content"] = f"<think>\nThought {number} qz.\n</think>\n\nAnswer {number} qz."
    return message


def with_calls(
    as_text: bool, content: str | None, reasoning: bool = False, words: int = 0
) -> tuple[Message, ...]:
    """Turns in which a tool is called. `as_text`: arguments as the string that the API has; `words` of each result."""
    found: list[Message] = [{"role": "system", "content": "System text qz."}]
    for n in range(4):
        arguments: Any = {"title": f"Book {n} qz"}
        call = {
            "id": f"call{n:05}",
            "type": "function",
            "function": {
                "name": "find_shelf_qz",
                "arguments": json.dumps(arguments) if as_text else arguments,
            },
        }
        asked: Message = {"role": "assistant", "content": content, "tool_calls": [call]}
        if reasoning:
            asked["reasoning_content"] = f"Plan {n} qz."
        found += [
            {"role": "user", "content": f"Question {n} qz."},
            asked,
            {
                "role": "tool",
                "tool_call_id": f"call{n:05}",
                "name": "find_shelf_qz",
                "content": f"Shelf {n} qz." + " more" * words,
            },
            {
                "role": "assistant",
                "content": f"Answer {n} qz.",
                **({"reasoning_content": f"Thought {n} qz."} if reasoning else {}),
            },
        ]
    return tuple(found[:-1])


def trials(source: str) -> list[Trial]:
    """The trials that make sense for a template: a switch is tried where it is mentioned."""
    found = [
        Trial("a conversation", plain(), {}),
        Trial("a conversation without system text", plain(False), {}),
    ]
    switches: list[dict[str, Any]] = [{}]
    for name in ("enable_thinking", "thinking"):
        if name in source:
            switches += [{name: False}, {name: True}]
    for variables in switches[1:]:
        found.append(Trial(f"a conversation with {_words(variables)}", plain(), variables))
    if "reasoning_content" in source or "think" in source:
        for variables in switches:
            suffix = f" and {_words(variables)}" if variables else ""
            found.append(
                Trial(f"a conversation with reasoning{suffix}", plain(reasoning="field"), variables)
            )
            found.append(
                Trial(
                    f"a conversation with reasoning in its text{suffix}",
                    plain(reasoning="inline"),
                    variables,
                )
            )
    if _COUNTS.search(source):
        found.append(Trial("a long conversation", plain(turns=MANY_TURNS), {}))
    if _CUTS.search(source):
        found.append(Trial("a conversation with long texts", plain(words=_LONG), {}))
    if "documents" in source:
        found.append(Trial("a conversation about documents", plain(), {"documents": DOCUMENTS}))
    if _GATHERS.search(source):
        found.append(Trial("a conversation with system text in the middle", reminded(), {}))
    if "tool" in source and _CUTS.search(source):
        long = with_calls(False, "", words=_LONG)
        found.append(Trial("a conversation with long results of tools", long, {"tools": TOOLS}))
    if "tool" in source:
        found.append(
            Trial("a conversation with tool calls", with_calls(False, ""), {"tools": TOOLS})
        )
        if "reasoning_content" in source or "think" in source:
            found.append(
                Trial(
                    "a conversation with tool calls and reasoning",
                    with_calls(False, "", True),
                    {"tools": TOOLS},
                )
            )
    return found


def _words(variables: dict[str, Any]) -> str:
    return ", ".join(f"`{name}={str(value).lower()}`" for name, value in variables.items())


def failures(source: str) -> list[Trial]:
    """Conversations that programs have and templates forget: string arguments, null content."""
    if "tool_calls" not in source:
        return []
    return [
        Trial("arguments as a string", with_calls(True, ""), {"tools": TOOLS}),
        Trial("null content beside tool calls", with_calls(False, None), {"tools": TOOLS}),
    ]
