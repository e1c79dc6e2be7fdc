"""A prompt that a chat template has rendered, as the turns that it was made of, told by their opening marks."""

from __future__ import annotations

import re

_OPENS = re.compile(
    r"<\|im_start\|>(?P<im>\w+)\n?"
    r"|<\|start_header_id\|>(?P<header>\w+)<\|end_header_id\|>\s*"
    r"|<\|start\|>(?P<start>\w+)(?:<\|message\|>)?"
    r"|<start_of_turn>(?P<gemma>\w+)\n?"
    r"|<\|(?P<bare>system|user|assistant|tool|observation)\|>\n?"
)
_ROLES = {"model": "assistant", "observation": "tool"}


def turns_of(prompt: str) -> list[dict[str, str]] | None:
    """The turns of a rendered prompt; None where no marks are known. An answer that is only opened is none yet."""
    opens = list(_OPENS.finditer(prompt))
    if len(opens) < 2 or prompt[: opens[0].start()].count("\n") > 2:
        return None
    ends = [each.start() for each in opens[1:]] + [len(prompt)]
    turns = [
        {"role": _role(each), "content": prompt[each.end() : end]}
        for each, end in zip(opens, ends, strict=True)
    ]
    return turns if turns[-1]["content"].strip() else turns[:-1]


def _role(opened: re.Match[str]) -> str:
    name = opened[opened.lastgroup or 0]
    return _ROLES.get(name, name)
