"""What is asked of Anthropic's API: turns as blocks of text, marks for its cache, a schema for the answer.

A turn is cut into blocks at every place that calls share, marked or not, so that the blocks of a prefix are the same in
every request. What the API has no word for is an error with a way out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...ir.sampling import Constraint, Sampling
from ...ir.target.rules import Rules
from ..backend import BackendError, Called, ImagePlace, PromptText, SharedPlace, ToolUse
from .answer_schemas import AnswerSchema, answer_schema
from .breakpoints import choose_places
from .pictures import Picture, picture_of
from .remote import said_turns

Body = dict[str, Any]
Turn = tuple[str, str, bool]
Lifetime = Literal["5m", "1h"]

MOST_TOKENS = 8192
"""Where a call has no limit of its own: the API wants one."""
PREFILLED = ("claude-3", "claude-opus-4-0", "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5",
             "claude-sonnet-4-0", "claude-sonnet-4-2", "claude-sonnet-4-5", "claude-haiku-4-5")  # fmt: skip
"""Models, by the beginning of their names, that continue an assistant turn; later ones refuse it."""
_PLAIN = Sampling()
LEAST_REASONING = 1024
"""Fewer tokens of reasoning the service does not take."""
_SAID = frozenset({"max_tokens", "stop", "stop_regex", "n", "temperature", "seed", "thinking"})
"""The parameters that are sent, or kept here exactly; `temperature` may be 0, or 1, which is what the service takes."""


def continues(model: str) -> bool:
    """Whether a model goes on with an assistant turn that has begun."""
    return model.startswith(PREFILLED)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a model is asked. `lifetime`: how long static prefixes are kept; others five minutes."""

    model: str
    rules: Rules
    lifetime: Lifetime = "5m"

    def prompt(self, text: PromptText | None) -> Body:
        """The turns, system turns apart. Raises BackendError for turns that can't be said."""
        turns = said_turns(text, "anthropic")
        assert text is not None
        if turns[-1][2] and not turns[-1][1].strip():
            turns = turns[:-1]
        cut = Blocks(turns, text.shared, text.images)
        marked = choose_places(self.rules, self.model, cut.places, cut.number)
        blocks = cut.marked({(mark.turn, mark.offset): self._mark(mark) for mark in marked})
        leading = next((n for n, turn in enumerate(turns) if turn[0] != "system"), len(turns))
        if any(role == "system" for role, _, _ in turns[leading:]):
            raise _cannot(
                "take a system turn behind others", "it may stand first, or be a user turn"
            )
        messages = list(_messages(text, turns, blocks))[leading:]
        body: Body = {"model": self.model, "messages": messages}
        system = [block for shown in blocks[:leading] for block in shown]
        return body | ({"system": system} if system else {}) | _tools(text.tools)

    def parameters(self, sampling: Sampling) -> Body:
        """The sampling. Raises BackendError for what the API has no word for."""
        for name in Sampling.__slots__:
            if name not in _SAID and getattr(sampling, name) != getattr(_PLAIN, name):
                raise _cannot(f"be told `{name}`", "the engine, SGLang and vLLM can")
        if sampling.temperature not in (0, 1) or sampling.seed is not None:
            raise _cannot(
                "be told how to sample",
                "a call without `temperature` and `seed` is sampled as the service does",
            )
        stops = [stop for stop in sampling.stop if stop.strip()]  # the others are found here
        most = sampling.max_tokens if sampling.max_tokens >= 0 else MOST_TOKENS
        return {"max_tokens": most} | ({"stop_sequences": stops} if stops else {})

    def thinking(self, body: Body, budget: int | None) -> Body:
        """A request that is thought about first, in so many tokens beside those of the answer. Raises BackendError."""
        if budget is None:
            return {}
        if 0 <= budget < LEAST_REASONING:
            what = f"think in fewer than {LEAST_REASONING} tokens"
            raise _cannot(
                what, f"`max_thinking_tokens={LEAST_REASONING}` is the least that it takes"
            )
        tokens = budget if budget >= 0 else MOST_TOKENS
        told = {"type": "enabled", "budget_tokens": tokens}
        return {"thinking": told, "max_tokens": tokens + body["max_tokens"]}

    def constraint(self, constraint: Constraint | None) -> AnswerSchema | None:
        """What the answer must be. Raises BackendError for what no schema says."""
        return answer_schema(constraint) if constraint else None

    def _mark(self, place: SharedPlace) -> Mapping[str, str]:
        """Longer lifetimes stand before shorter ones: what is static begins every prompt."""
        kept = {"ttl": "1h"} if self.lifetime == "1h" and place.is_static else {}
        return {"type": "ephemeral"} | kept


def _messages(
    text: PromptText, turns: Sequence[Turn], blocks: Sequence[list[Body]]
) -> Iterator[Body]:
    """The turns as messages: calls are blocks of those that made them, and results are the user's, in one message."""
    waiting: list[str] = []
    results: list[Body] = []
    for number, ((role, said, _), shown) in enumerate(zip(turns, blocks, strict=True)):
        if role == "tool":
            results.append(_result(waiting, said, shown))
            continue
        if results:
            yield {"role": "user", "content": results}
            results = []
        calls = text.calls.get(number, ())
        if calls:
            waiting = [called.id for called in calls]
            yield {"role": role, "content": [*(shown if said.strip() else ()), *map(_use, calls)]}
        else:
            yield {"role": role, "content": shown}
    if results:
        yield {"role": "user", "content": results}


def _use(called: Called) -> Body:
    use: Body = {"type": "tool_use", "id": called.id, "name": called.name}
    return use | {"input": json.loads(called.arguments)}


def _result(waiting: list[str], said: str, shown: Sequence[Body]) -> Body:
    """What a tool gave to the first call that waits for it; further results are the last one's, too."""
    if not waiting:
        raise _cannot("take what a tool gave without a call of it", "`gen(tools=[...])` calls one")
    id = waiting.pop(0) if len(waiting) > 1 else waiting[0]
    marks = [block["cache_control"] for block in shown[-1:] if "cache_control" in block]
    result = {"type": "tool_result", "tool_use_id": id, "content": _given(said, shown)}
    return result | ({"cache_control": marks[0]} if marks else {})


def _given(said: str, shown: Sequence[Body]) -> str | list[Body]:
    """What a tool gave: a text, or blocks where images stand in it; marks are the result's own."""
    if all(block["type"] == "text" for block in shown):
        return said
    return [{k: v for k, v in block.items() if k != "cache_control"} for block in shown]


def _tools(use: ToolUse | None) -> Body:
    """The tools that the prompt has, and which may be called now, and whether more than one."""
    if use is None:
        return {}
    tools = [
        {
            "name": f["name"],
            "description": f.get("description", ""),
            "input_schema": f["parameters"],
        }
        for f in (tool["function"] for tool in use.tools)
    ]
    choice: Body = {"type": {"none": "none", "auto": "auto", "required": "any"}[use.choice]}
    choice |= {"disable_parallel_tool_use": not use.several} if use.may_call else {}
    return {"tools": tools, "tool_choice": choice}


def output_format(asked: AnswerSchema) -> Body:
    """A schema, where the API looks for it."""
    return {"output_config": {"format": {"type": "json_schema", "schema": asked.schema}}}


class Blocks:
    """The contents of turns, cut at the places that calls share, and where images stand, which are blocks of their own.

    No block of text is empty or white space alone.
    """

    def __init__(
        self,
        turns: Sequence[Turn],
        shared: Sequence[SharedPlace],
        images: Sequence[ImagePlace] = (),
    ) -> None:
        self._turns, self._images = turns, images
        places = [(place.turn, place.offset) for place in (*shared, *images)]
        self._cuts = [
            _cuts(text, {offset for at, offset in places if at == n})
            for n, (_, text, _) in enumerate(turns)
        ]
        ends = {(n, cut) for n, cuts in enumerate(self._cuts) for cut in cuts}
        self.places = [place for place in shared if (place.turn, place.offset) in ends]

    def number(self, place: SharedPlace) -> int:
        """How many blocks end before or at a place."""
        here = (place.turn, place.offset)
        before = sum(map(len, self._cuts[: place.turn]))
        images = sum((image.turn, image.offset) < here for image in self._images)
        return before + images + sum(cut <= place.offset for cut in self._cuts[place.turn])

    def marked(self, marks: Mapping[tuple[int, int], Mapping[str, str]]) -> list[list[Body]]:
        """The blocks of each turn, those that end at a mark with what the mark says."""
        shown: list[list[Body]] = []
        for turn, ((_, text, _), cuts) in enumerate(zip(self._turns, self._cuts, strict=True)):
            starts = [0, *cuts[:-1]]
            blocks: list[Body] = [
                {"type": "text", "text": text[a:b]} for a, b in zip(starts, cuts, strict=True)
            ]
            for block, cut in zip(blocks, cuts, strict=True):
                if (turn, cut) in marks:
                    block["cache_control"] = dict(marks[turn, cut])
            shown.append(self._with_images(turn, cuts, blocks))
        return shown

    def _with_images(self, turn: int, cuts: Sequence[int], blocks: list[Body]) -> list[Body]:
        """The blocks of a turn with its images between them, each behind the text that stands before it."""
        images = [image for image in self._images if image.turn == turn]
        for image in reversed(images):
            at = sum(cut <= image.offset for cut in cuts)
            blocks.insert(at, _image_block(picture_of(image.source)))
        return [block for block in blocks if block["type"] != "text" or block["text"] or not images]


def _image_block(picture: Picture) -> Body:
    """An image by its address, or as what it holds."""
    if picture.address:
        return {"type": "image", "source": {"type": "url", "url": picture.address}}
    source = {"type": "base64", "media_type": picture.kind, "data": picture.data}
    return {"type": "image", "source": source}


def _cuts(text: str, wanted: set[int]) -> list[int]:
    """Where the blocks of a turn end. A stretch of white space goes with what comes before it, or after."""
    cuts: list[int] = []
    for at in sorted(wanted | {len(text)}):
        start = cuts[-1] if cuts else 0
        if text[start:at].strip():
            cuts.append(at)
    if cuts and cuts[-1] < len(text):  # white space is left over
        cuts[-1] = len(text)
    return cuts or [len(text)]


def _cannot(what: str, help: str) -> BackendError:
    return BackendError("3104", f"`anthropic` can't {what}", help)
