"""Calls on prompts in which no turn has begun yet: raw completions, whatever turns the program has elsewhere."""

from __future__ import annotations

from ...ir.ops import Block, Gen, Root, Select
from ...ir.structure import walk
from ...ir.target import Part, Tokenizer
from ...ir.target.prompt import TokenPrompt
from .turn_states import TurnState, TurnStates

_FOLLOWING = ("", "A", " a")
"""What may stand behind a beginning; a tokenizer may mind whether there is a word."""


def has_raw_calls(body: Block) -> bool:
    """Whether some call may be asked before any turn of its prompt has begun."""
    states = TurnStates(body)
    calls = [op for op in walk(body) if isinstance(op, Gen | Select)]
    return any(TurnState(None, None) in states.of(call.source) for call in calls)


def begins_raw(body: Block, text: str, tokenizer: Tokenizer) -> bool:
    """Whether all roots begin with the ids that a template's beginning has, so that it changes no raw completion."""
    bos = {op.bos for op in walk(body) if isinstance(op, Root)}
    return all(
        _ids(tokenizer, each, "", behind) == _ids(tokenizer, False, text, behind)
        for each in bos
        for behind in _FOLLOWING
    )


def _ids(tokenizer: Tokenizer, bos: bool, begun: str, behind: str) -> tuple[int, ...]:
    prompt = TokenPrompt.start(tokenizer, bos=bos)
    for text, literal in ((begun, True), (behind, False)):
        prompt = prompt.append(tokenizer, Part(text, literal)) if text else prompt
    return prompt.ids(tokenizer)
