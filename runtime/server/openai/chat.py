"""`/v1/chat/completions`: a conversation as a request of the backend, its reply as messages, whole or in chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ....ir.sampling import THINKING_TOKENS, Sampling, out_of_range
from ...backend import Completion, GenReply, GenRequest
from ..conversation import prompt_of
from ..model import ServedModel
from ..refusal import Refusal, wrong
from ..sampling import refuse_given, sampling_of, seeds_of
from ..streams import Event, Piece
from .common import WIRE, Sampled, finish_reason, refuse_meaningless, stop_reason, usage_of
from .constraints import constraint_of
from .held import Held
from .logprobs import chat_logprobs
from .messages import read_messages
from .tools import Call, Tools, for_template, read_tools, words_of

BASE = Sampling(max_tokens=-1, temperature=1.0)
"""What a request that names nothing is asked with: it may go on to the end of the context."""

_MEANINGLESS: dict[str, Any] = {
    "modalities": ["text"],
    "audio": None,
    "prediction": None,
    "web_search_options": None,
    "functions": [],
    "chat_template": None,
    "documents": [],
}


class ChatBody(Sampled, frozen=True, kw_only=True):
    """A request. `continue_final_message`: the last message is gone on with, as vLLM has it.

    `separate_reasoning`, as SGLang has it, or `enable_thinking` in `chat_template_kwargs`, as both have it: the model
    thinks first, and its reasoning stands apart; false: it answers at once.
    """

    messages: list[dict[str, Any]]
    max_completion_tokens: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    add_generation_prompt: bool | None = None
    continue_final_message: bool | None = None
    store: bool | None = None
    service_tier: str | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    prompt_cache_retention: str | None = None
    modalities: list[str] | None = None
    audio: dict[str, Any] | None = None
    prediction: dict[str, Any] | None = None
    web_search_options: dict[str, Any] | None = None
    functions: list[dict[str, Any]] | None = None
    function_call: str | dict[str, Any] | None = None
    chat_template: str | None = None
    chat_template_kwargs: dict[str, Any] | None = None
    separate_reasoning: bool | None = None
    max_thinking_tokens: int | None = None
    documents: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chat request asks."""

    id: str
    body: ChatBody
    model: ServedModel
    request: GenRequest
    tools: Tools
    created: int = field(default_factory=lambda: int(time.time()))

    @property
    def requests(self) -> tuple[GenRequest, ...]:
        """As of completions; here it is one."""
        return (self.request,)

    @property
    def weight(self) -> int:
        """How many samples."""
        return len(self.request.seeds)


def read(body: ChatBody, model: ServedModel, id: str) -> Asked:
    """What is asked of the backend. Raises Refusal."""
    model.check_name(body.model)
    refuse_meaningless(body)
    refuse_given(
        body.given(), _MEANINGLESS, "the model reads and writes text; functions are `tools`"
    )
    tools = read_tools(body.tools, body.tool_choice, body.parallel_tool_calls)
    tools = replace(tools, words=words_of(model.target.template))
    constraint = constraint_of(body.response_format, body.structured_outputs, model.limits)
    called = tools.constraint(model.limits)
    if called is not None and constraint is not None:
        raise wrong("tool_choice", "a call can't be asked for together with a format of the answer")
    messages = read_messages(body.messages, model)
    known, messages = for_template(tools, model.target.template, messages)
    told = thinking_of(body, model)
    ids, text = prompt_of(model, messages, known, _continues(body), told)
    seeds = seeds_of(body.seed, body.samples, model.limits)
    return Asked(
        id,
        body,
        model,
        GenRequest(
            ids,
            _sampling(body),
            seeds,
            called or constraint,
            prompt_text=text,
            reasoning=_budget(body) if told == "on" else None,
        ),
        tools,
    )


def reply(asked: Asked, replies: list[GenReply]) -> dict[str, Any]:
    """The whole answer."""
    done = replies[0].completions
    choices = [_choice(asked, index, each) for index, each in enumerate(done)]
    return {**_head(asked, "chat.completion"), "choices": choices, "usage": usage_of(replies)}


class Chunks:
    """The answer as a stream of deltas, and what was used at the end where that is asked for."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._held = [Held(asked.tools.words.marker) for _ in asked.request.seeds]
        self._has_begun: set[int] = set()
        self._replies: list[GenReply] = []

    def of(self, event: Event) -> Iterator[dict[str, Any]]:
        """The chunks that an event makes."""
        if isinstance(event, Piece):
            yield from self._of_piece(event)
            return
        self._replies.append(event.reply)
        for index, done in enumerate(event.reply.completions):
            yield from self._last(index, done)

    def end(self) -> Iterator[dict[str, Any]]:
        """What comes last."""
        if self._asked.body.wants_usage:
            yield {**_head(self._asked, _CHUNK), "choices": [], "usage": usage_of(self._replies)}

    def _of_piece(self, piece: Piece) -> Iterator[dict[str, Any]]:
        asked, index = self._asked, piece.sample
        yield from self._begin(index)
        if piece.reasoning:
            yield self._chunk(index, {"reasoning_content": piece.reasoning})
        delta = self._delta(index, piece.text)
        logprobs = None
        if asked.body.logprobs and piece.logprobs:
            logprobs = chat_logprobs(asked.model, piece.ids, piece.logprobs, piece.top)
        extra: dict[str, Any] = (
            {"token_ids": list(piece.ids)} if asked.body.return_token_ids and piece.ids else {}
        )
        if delta or logprobs or extra:
            yield self._chunk(index, delta, logprobs=logprobs, **extra)

    def _delta(self, index: int, text: str) -> dict[str, Any]:
        """What of new text can be said: content, arguments of a named call, or nothing yet."""
        tools = self._asked.tools
        if tools.named:
            return _call_delta(0, {"arguments": text}) if text else {}
        if tools.forced:
            return {}
        content = self._held[index].feed(text) if tools.may_call else text
        return {"content": content} if content else {}

    def _begin(self, index: int) -> Iterator[dict[str, Any]]:
        if index in self._has_begun:
            return
        self._has_begun.add(index)
        named = self._asked.tools.named
        delta: dict[str, Any] = {"role": "assistant", "content": None if named else ""}
        if named:
            delta |= _call_delta(
                0, {"name": named, "arguments": ""}, id=_call_id(self._asked, index, 0)
            )
        yield self._chunk(index, delta)

    def _last(self, index: int, done: Completion) -> Iterator[dict[str, Any]]:
        tools, reason = self._asked.tools, finish_reason(done)
        text, calls = tools.calls(done.text) if tools.tools else (done.text, [])
        if tools.may_call or (tools.forced and not tools.named):
            rest = "" if calls else text[len(self._held[index].sent) :]
            if rest:
                yield self._chunk(index, {"content": rest})
            for at, call in enumerate(calls):
                sent = {"name": call.name, "arguments": call.arguments}
                yield self._chunk(index, _call_delta(at, sent, id=_call_id(self._asked, index, at)))
        yield self._chunk(index, {}, _reason(reason, calls), stop_reason=stop_reason(done))

    def _chunk(
        self, index: int, delta: dict[str, Any], reason: str | None = None, **more: Any
    ) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason, **more}
        return {**_head(self._asked, _CHUNK), "choices": [choice]}


_CHUNK = "chat.completion.chunk"


def _sampling(body: ChatBody) -> Sampling:
    sampling = sampling_of(body.given(), WIRE, BASE)
    if body.top_logprobs is not None:
        if not body.logprobs:
            raise wrong("top_logprobs", "`top_logprobs` needs `logprobs`")
        sampling = sampling_of(
            {"top_logprobs": body.top_logprobs}, {"top_logprobs": "top_logprobs"}, sampling
        )
    return sampling.merged(logprobs=bool(body.logprobs))


_SWITCHES = ("enable_thinking", "thinking")


def thinking_of(body: ChatBody, model: ServedModel) -> str:
    """Whether the model is to think: `on` or `off`, or nothing where the request does not say. Raises Refusal."""
    given = body.chat_template_kwargs or {}
    refuse_given(
        {name: v for name, v in given.items() if name not in _SWITCHES}, dict.fromkeys(given)
    )
    said = [given[name] for name in _SWITCHES if name in given]
    if not all(isinstance(each, bool) for each in said):
        raise wrong("chat_template_kwargs", "`enable_thinking` is true or false")
    wanted = said[0] if said else body.separate_reasoning
    if wanted is None or (body.separate_reasoning is None and not said):
        return ""
    template = model.target.template
    if wanted and (template is None or not template.thinking.is_known):
        message = f"nothing is known of how `{model.name}` writes its reasoning"
        raise Refusal(400, "unsupported", message, param="separate_reasoning")
    return "on" if wanted else "off"


def _budget(body: ChatBody) -> int:
    """The most tokens of reasoning. Raises Refusal."""
    budget = body.max_thinking_tokens
    if budget is None:
        return THINKING_TOKENS
    if out_of_range("max_thinking_tokens", budget):
        raise wrong("max_thinking_tokens", "it is a number of tokens, or -1 for no limit")
    return budget


def _continues(body: ChatBody) -> bool:
    continues = bool(body.continue_final_message)
    if body.add_generation_prompt is not None and body.add_generation_prompt == continues:
        raise wrong(
            "add_generation_prompt", "either the last message is gone on with, or a new one begins"
        )
    if continues and body.messages and body.messages[-1].get("role") != "assistant":
        raise wrong("continue_final_message", "the last message is not the assistant's")
    return continues


def _head(asked: Asked, kind: str) -> dict[str, Any]:
    return {
        "id": asked.id,
        "object": kind,
        "created": asked.created,
        "model": asked.model.name,
        "system_fingerprint": None,
        "service_tier": None,
    }


def _choice(asked: Asked, index: int, done: Completion) -> dict[str, Any]:
    text, calls = asked.tools.calls(done.text) if asked.tools.tools else (done.text, [])
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if calls and not text else text,
        "refusal": None,
    }
    if asked.request.reasoning is not None:
        message["reasoning_content"] = done.reasoning
    if calls:
        message["tool_calls"] = [_call(asked, index, at, call) for at, call in enumerate(calls)]
    found: dict[str, Any] = {
        "index": index,
        "message": message,
        "logprobs": None,
        "finish_reason": _reason(finish_reason(done), calls),
        "stop_reason": stop_reason(done),
    }
    if asked.body.logprobs:
        found["logprobs"] = chat_logprobs(asked.model, done.ids, done.logprobs, done.top_logprobs)
    if asked.body.return_token_ids:
        found |= {"token_ids": list(done.ids), "prompt_token_ids": list(asked.request.ids)}
    return found


def _reason(reason: str, calls: list[Call]) -> str:
    """A cut call is told as cut; a whole one as a call."""
    return "tool_calls" if calls and reason == "stop" else reason


def _call(asked: Asked, index: int, at: int, call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": _call_id(asked, index, at), "type": "function", "function": function}


def _call_delta(at: int, function: dict[str, Any], id: str | None = None) -> dict[str, Any]:
    named = {"id": id, "type": "function"} if id else {}
    return {"tool_calls": [{"index": at, **named, "function": function}]}


def _call_id(asked: Asked, index: int, at: int) -> str:
    return f"call_{asked.id.rpartition('-')[2]}_{index}_{at}"
