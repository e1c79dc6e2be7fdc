"""Reading what servers with OpenAI's API answer, at once or in a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from ...ir.target.stopping import Matched
from ..backend import BackendError, Finish, Usage

Body = dict[str, Any]


@dataclass(slots=True)
class Collected:
    """The pieces of a stream."""

    text: str = ""
    ids: list[int] = field(default_factory=list[int])
    has_ids: bool = False
    is_chat: bool = False
    last: Body = field(default_factory=dict[str, Any])
    usage: Body | None = None

    def add(self, event: Body) -> tuple[str, tuple[int, ...]]:
        """Take one event; returns the text and the ids in it."""
        self.usage = event.get("usage") or self.usage
        if not event.get("choices"):
            return "", ()
        choice = cast("Body", event["choices"][0])
        self.is_chat = "delta" in choice
        text = str((choice["delta"].get("content") if self.is_chat else choice.get("text")) or "")
        ids = tuple(cast("list[int]", choice.get("token_ids") or ()))
        self.has_ids = self.has_ids or "token_ids" in choice
        self.text += text
        self.ids += ids
        self.last |= {key: value for key, value in choice.items() if value is not None}
        return text, ids

    def answer(self) -> Body:
        """The same as one answer."""
        choice = {key: self.last.get(key) for key in ("finish_reason", "stop_reason")}
        shown: Body = {"message": {"content": self.text}} if self.is_chat else {"text": self.text}
        ids: Body = {"token_ids": self.ids} if self.has_ids else {}
        return {"choices": [choice | shown | ids], "usage": self.usage}


def finish_of(choice: Body) -> tuple[Finish, Matched]:
    """Why it ended. vLLM adds what matched: a token, a stop string, or nothing for the end of the sequence."""
    matched = choice.get("stop_reason")
    match choice.get("finish_reason"):
        case "length":
            return "length", None
        case "stop" if isinstance(matched, int):
            return "eos", matched
        case "stop":
            return "stop", matched if isinstance(matched, str) else None
        case "content_filter":
            raise BackendError("3105", "the service withheld the answer")
        case "tool_calls" | "function_call":
            raise BackendError("3105", "the model called a tool, and the program has none to offer")
        case _:
            return "aborted", None


def logprobs_of(choice: Body) -> tuple[float, ...]:
    """The log probability of each generated token, of completions or of a chat."""
    found = choice.get("logprobs")
    if not found:
        return ()
    if "content" in found:
        return tuple(float(entry["logprob"]) for entry in found["content"] or ())
    return tuple(float(value) for value in found.get("token_logprobs") or () if value is not None)


def by_count(values: list[float | None], prompt: int, choice: int) -> tuple[float, ...]:
    """The values of the last tokens; the first token of all has none."""
    if len(values) < prompt + choice:
        raise cannot_score("a server that does not echo the prompt's log probabilities")
    return tuple(value for value in values[prompt : prompt + choice] if value is not None)


def by_offset(values: list[float | None], offsets: list[int], start: int) -> tuple[float, ...]:
    """The values of the tokens that begin where the choice does, or after."""
    if start and start not in offsets:
        raise cannot_score("a server that joins the prompt's end and the choice into one token")
    found = [value for value, offset in zip(values, offsets, strict=False) if offset >= start]
    return tuple(value for value in found if value is not None)


def cannot(what: str, help: str) -> BackendError:
    return BackendError("3104", f"`openai` can't {what}", help)


def cannot_score(who: str) -> BackendError:
    help = "a `gen` constrained to a union of literals asks the same; the engine and `sglang` score"
    return BackendError("3104", f"`openai` can't score choices with {who}", help)


def usage_of(answers: list[Body], total: float, first: float) -> Usage:
    """The server's own account: of the first answer's prompt, and what the others computed on top."""
    accounts = [cast("Body", answer.get("usage") or {}) for answer in answers]
    prompts = [int(account.get("prompt_tokens") or 0) for account in accounts]
    cached = [_cached(account) for account in accounts]
    if not accounts:
        return Usage()
    decoded = sum(max(0, int(account.get("completion_tokens") or 0) - 1) for account in accounts)
    return Usage(
        prompt=prompts[0],
        cached=cached[0],
        prefilled=sum(prompts) - sum(cached),
        decoded=decoded,
        decode_s=max(0.0, total - first),
        ttft_s=first,
    )


def _cached(account: Body) -> int:
    details = cast("Body", account.get("prompt_tokens_details") or {})
    return int(details.get("cached_tokens") or 0)
