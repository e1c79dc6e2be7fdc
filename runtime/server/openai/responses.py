"""`/v1/responses`: read as a chat, and written as items of an output, whole or as the events of a stream.

What clients of today need of it: text and functions. Nothing is stored, so every request brings its whole conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...backend import GenReply, GenRequest
from ..bodies import Body
from ..model import ServedModel
from ..refusal import Refusal, wrong
from ..sampling import refuse_given
from ..streams import Ended, Event
from . import chat
from .items import messages_of

LOGPROBS = "message.output_text.logprobs"
_MEANINGLESS: dict[str, Any] = {
    "previous_response_id": None,
    "conversation": None,
    "prompt": None,
    "background": False,
    "truncation": "disabled",
    "max_tool_calls": None,
}


class ResponseBody(Body, frozen=True, kw_only=True):
    """A request. `text.format` is what chat completions call `response_format`."""

    input: str | list[dict[str, Any]]
    model: str | None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: int | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    text: dict[str, Any] | None = None
    include: list[str] | None = None
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    store: bool | None = None
    metadata: dict[str, Any] | None = None
    user: str | None = None
    service_tier: str | None = None
    reasoning: dict[str, Any] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    safety_identifier: str | None = None
    previous_response_id: str | None = None
    conversation: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    background: bool | None = None
    truncation: str | None = None
    max_tool_calls: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: a chat, to be answered in other words."""

    id: str
    body: ResponseBody
    chat: chat.Asked

    @property
    def requests(self) -> tuple[GenRequest, ...]:
        """What is asked of the backend."""
        return self.chat.requests

    @property
    def weight(self) -> int:
        """One sample."""
        return self.chat.weight


def read(body: ResponseBody, model: ServedModel, id: str) -> Asked:
    """What is asked of the backend. Raises Refusal."""
    given = {name: getattr(body, name) for name in _MEANINGLESS}
    refuse_given(given, _MEANINGLESS, "nothing is stored: send the whole conversation as `input`")
    unknown = [each for each in body.include or () if each != LOGPROBS]
    if unknown:
        raise Refusal(400, "unsupported", f"`{unknown[0]:.60}` can't be included", param="include")
    if body.max_output_tokens is not None and body.max_output_tokens < 1:
        raise wrong("max_output_tokens", "`max_output_tokens` is at least 1")
    wants_logprobs = LOGPROBS in (body.include or ()) or body.top_logprobs is not None
    asked = chat.ChatBody(
        model=body.model,
        messages=messages_of(body.instructions, body.input),
        max_completion_tokens=body.max_output_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        logprobs=wants_logprobs,
        top_logprobs=body.top_logprobs if wants_logprobs else None,
        tools=body.tools,
        tool_choice=body.tool_choice,
        parallel_tool_calls=body.parallel_tool_calls,
        response_format=(body.text or {}).get("format"),
        separate_reasoning=_thinks(body, model),
    )
    return Asked(id, body, chat.read(asked, model, id))


def _thinks(body: ResponseBody, model: ServedModel) -> bool | None:
    """Whether reasoning is asked for; of a model that shows none an effort says nothing. Raises Refusal."""
    effort = (body.reasoning or {}).get("effort")
    if effort is not None and not isinstance(effort, str):
        raise wrong("reasoning", "`effort` is a word, such as `medium`, or `none`")
    template = model.target.template
    if effort is None or template is None or not template.thinking.is_known:
        return None
    return effort != "none"


def reply(asked: Asked, replies: list[GenReply]) -> dict[str, Any]:
    """The whole answer."""
    return _finished(asked, chat.reply(asked.chat, replies))


class Chunks:
    """The answer as a stream of named events: a chat's deltas, told as growing items."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._deltas = chat.Chunks(asked.chat)
        self._number = 0
        self._open: dict[str, Any] | None = None  # the item that grows
        self._count = 0
        self._final: dict[str, Any] | None = None

    def of(self, event: Event) -> Iterator[dict[str, Any]]:
        """The events that an event of the backend makes."""
        if not self._number:
            for kind in ("response.created", "response.in_progress"):
                yield self._event(kind, response=_response(self._asked, "in_progress"))
        for chunk in self._deltas.of(event):
            yield from self._of_delta(chunk["choices"][0])
        if isinstance(event, Ended):
            self._final = reply(self._asked, [event.reply])

    def end(self) -> Iterator[dict[str, Any]]:
        """What comes last: the whole response."""
        assert self._final is not None
        is_silent = self._open is None and not self._count
        if is_silent or (self._open is not None and self._open["type"] == "reasoning"):
            yield from self._close()
            yield from self._begin(_message(self._asked, ""))
        yield from self._close()
        yield self._event(f"response.{self._final['status']}", response=self._final)

    def _of_delta(self, choice: dict[str, Any]) -> Iterator[dict[str, Any]]:
        delta = choice["delta"]
        if delta.get("reasoning_content"):
            yield from self._thought(delta["reasoning_content"])
        for call in delta.get("tool_calls", ()):
            yield from self._call(call)
        if delta.get("content"):
            if self._open is None or self._open["type"] == "reasoning":
                yield from self._close()
                yield from self._begin(_message(self._asked, ""))
            yield from self._text(delta["content"], _entries(choice["logprobs"]))

    def _text(self, text: str, logprobs: list[Any]) -> Iterator[dict[str, Any]]:
        assert self._open is not None
        part = self._open["content"][0]
        part["text"] += text
        part["logprobs"] += logprobs
        yield self._of_item(
            "response.output_text.delta", content_index=0, delta=text, logprobs=logprobs
        )

    def _thought(self, text: str) -> Iterator[dict[str, Any]]:
        if self._open is None:
            yield from self._begin(_reasoning(self._asked, ""))
        assert self._open is not None
        self._open["content"][0]["text"] += text
        yield self._of_item("response.reasoning_text.delta", content_index=0, delta=text)

    def _call(self, call: dict[str, Any]) -> Iterator[dict[str, Any]]:
        function = call["function"]
        if "id" in call:
            yield from self._close()
            yield from self._begin(_function_call(call["id"], function["name"], ""))
        assert self._open is not None
        if function.get("arguments"):
            self._open["arguments"] += function["arguments"]
            yield self._of_item(
                "response.function_call_arguments.delta", delta=function["arguments"]
            )

    def _begin(self, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._open = item
        shown = {**item, "status": "in_progress"}
        yield self._event(
            "response.output_item.added",
            output_index=self._count,
            item={**shown, "content": []} if "content" in item else shown,
        )
        if "content" in item:
            yield self._of_item(
                "response.content_part.added", content_index=0, part=dict(item["content"][0])
            )

    def _close(self) -> Iterator[dict[str, Any]]:
        item = self._open
        if item is None:
            return
        if "content" in item:
            part = item["content"][0]
            said = {"text": part["text"]}
            if "logprobs" in part:
                said["logprobs"] = part["logprobs"]
            yield self._of_item(f"response.{part['type']}.done", content_index=0, **said)
            yield self._of_item("response.content_part.done", content_index=0, part=part)
        else:
            said = {"arguments": item["arguments"], "name": item["name"]}
            yield self._of_item("response.function_call_arguments.done", **said)
        yield self._event("response.output_item.done", output_index=self._count, item=item)
        self._open, self._count = None, self._count + 1

    def _of_item(self, kind: str, **said: Any) -> dict[str, Any]:
        assert self._open is not None
        return self._event(kind, item_id=self._open["id"], output_index=self._count, **said)

    def _event(self, kind: str, **said: Any) -> dict[str, Any]:
        self._number += 1
        return {"type": kind, "sequence_number": self._number - 1, **said}


def _finished(asked: Asked, completion: dict[str, Any]) -> dict[str, Any]:
    """The response that a whole chat completion makes."""
    choice, used = completion["choices"][0], completion["usage"]
    message = choice["message"]
    calls = message.get("tool_calls", [])
    output = [_function_call(call["id"], **call["function"]) for call in calls]
    if message["content"] or not calls:
        output.insert(0, _message(asked, message["content"] or "", _entries(choice["logprobs"])))
    if message.get("reasoning_content"):
        output.insert(0, _reasoning(asked, message["reasoning_content"]))
    is_cut = choice["finish_reason"] == "length"
    made = _response(asked, "incomplete" if is_cut else "completed")
    made["output"] = output
    made["incomplete_details"] = {"reason": "max_output_tokens"} if is_cut else None
    made["usage"] = {
        "input_tokens": used["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": used["prompt_tokens_details"]["cached_tokens"]},
        "output_tokens": used["completion_tokens"],
        "output_tokens_details": {
            "reasoning_tokens": used["completion_tokens_details"]["reasoning_tokens"]
        },
        "total_tokens": used["total_tokens"],
    }
    return made


def _response(asked: Asked, status: str) -> dict[str, Any]:
    body = asked.body
    return {
        "id": asked.id,
        "object": "response",
        "created_at": asked.chat.created,
        "status": status,
        "model": asked.chat.model.name,
        "output": [],
        "error": None,
        "incomplete_details": None,
        "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens,
        "metadata": body.metadata or {},
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "previous_response_id": None,
        "store": False,
        "temperature": asked.chat.request.sampling.temperature,
        "text": body.text or {"format": {"type": "text"}},
        "tool_choice": body.tool_choice or "auto",
        "tools": body.tools or [],
        "top_p": asked.chat.request.sampling.top_p,
        "truncation": "disabled",
        "usage": None,
        "user": body.user,
    }


def _message(asked: Asked, text: str, logprobs: list[Any] | None = None) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs or []}
    id = f"msg_{asked.id.partition('_')[2]}"
    return {
        "id": id,
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def _reasoning(asked: Asked, text: str) -> dict[str, Any]:
    """What was thought before the answer, as an item of its own."""
    return {
        "id": f"rs_{asked.id.partition('_')[2]}",
        "type": "reasoning",
        "status": "completed",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": text}],
    }


def _function_call(id: str, name: str, arguments: str) -> dict[str, Any]:
    return {
        "id": f"fc_{id.partition('_')[2]}",
        "type": "function_call",
        "status": "completed",
        "call_id": id,
        "name": name,
        "arguments": arguments,
    }


def _entries(logprobs: dict[str, Any] | None) -> list[Any]:
    return logprobs["content"] if logprobs else []
