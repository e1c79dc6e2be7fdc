"""What servers with OpenAI's API answer, as types: what does not fit them is an error, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from ...ir.target.stopping import Matched
from ..backend import BackendError, Called, Finish, Usage

Body = dict[str, Any]
Count = Annotated[int, msgspec.Meta(ge=0)]
Reason = Literal["stop", "eos", "length", "content_filter", "tool_calls", "function_call", "abort"]


class Answered(msgspec.Struct):
    """Base of all that is read: what servers add is left alone."""


class Details(Answered):
    """Of the prompt's tokens those that were in the server's cache, where it says so."""

    cached_tokens: Count | None = None


class Account(Answered):
    """The server's own account of one request, in tokens."""

    prompt_tokens: Count = 0
    completion_tokens: Count | None = None
    prompt_tokens_details: Details | None = None

    @property
    def cached(self) -> int:
        """What was found in the cache; 0 where the server does not say."""
        details = self.prompt_tokens_details
        return min(self.prompt_tokens, (details.cached_tokens or 0) if details else 0)


class ChatToken(Answered):
    """One generated token of a chat, with its log probability."""

    logprob: float


class Logprobs(Answered):
    """Of a completion, aligned lists; of a chat, `content`. The first token of all has no log probability."""

    token_logprobs: list[float | None] | None = None
    text_offset: list[int] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None
    content: list[ChatToken] | None = None


class Ending(Answered):
    """Why a choice ended; vLLM adds what matched, a token or a stop string."""

    finish_reason: Reason
    stop_reason: int | str | None = None
    logprobs: Logprobs | None = None
    token_ids: list[Count] | None = None


class TextChoice(Ending, kw_only=True):
    """One continuation of a prompt."""

    text: str
    reasoning: str = ""
    calls: tuple[Called, ...] = ()


class Function(Answered):
    """A tool, and its arguments as JSON."""

    name: str
    arguments: str


ANSWER_TOOL = "answer"
"""The tool that a model is made to call where its input alone can be held to a pattern."""


class ToolInput(Answered):
    """A text that a custom tool was called with."""

    name: str
    input: str


class ToolCall(Answered):
    """A call of a tool: of a function, or of one that takes a text."""

    function: Function | None = None
    custom: ToolInput | None = None


class Message(Answered):
    """What an assistant said; no content where it refused, or called a tool."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[ToolCall] | None = None

    @property
    def given(self) -> str | None:
        """The answer, where it was asked for as the input of a tool."""
        inputs = (call.custom for call in self.tool_calls or ())
        return next((each.input for each in inputs if each and each.name == ANSWER_TOOL), None)


class ChatChoice(Ending, kw_only=True):
    """One answer of an assistant."""

    message: Message

    @property
    def text(self) -> str:
        """What was said. Raises BackendError where that is nothing at all."""
        if self.message.given is not None:
            return self.message.given
        if self.message.content is None and self.reasoning and self.finish_reason == "length":
            return ""  # cut short before it came to an answer
        if self.message.content is None and self.message.tool_calls:
            return ""
        if self.message.content is None:
            _reject(self.finish_reason)
            why = f": {self.message.refusal}" if self.message.refusal else ""
            raise BackendError("3105", f"the model gave no text{why}")
        return self.message.content

    @property
    def calls(self) -> tuple[Called, ...]:
        """The tools that are called behind it."""
        calls = (call.function for call in self.message.tool_calls or ())
        return tuple(Called(each.name, each.arguments) for each in calls if each)

    @property
    def reasoning(self) -> str:
        """What was thought before it, by either of the names that servers have for it."""
        return self.message.reasoning_content or self.message.reasoning or ""


class Completions(Answered):
    """An answer of `/completions`."""

    choices: Annotated[list[TextChoice], msgspec.Meta(min_length=1)]
    usage: Account | None = None


class Chats(Answered):
    """An answer of `/chat/completions`."""

    choices: Annotated[list[ChatChoice], msgspec.Meta(min_length=1)]
    usage: Account | None = None


Choice = TextChoice | ChatChoice


class Echo(Answered):
    """A scored prompt: its only choice has log probabilities, and need not have ended."""

    logprobs: Logprobs | None = None


class Echoes(Answered):
    """An answer of `/completions` with `echo`."""

    choices: Annotated[list[Echo], msgspec.Meta(min_length=1)]
    usage: Account | None = None


# --- streams --------------------------------------------------------------------------------------


class Delta(Answered):
    """What is new of an assistant's answer."""

    content: str | None = None
    refusal: str | None = None


class Part(Answered):
    """A piece of a choice, of a completion or of a chat."""

    index: int = 0
    text: str | None = None
    delta: Delta | None = None
    finish_reason: Reason | None = None
    stop_reason: int | str | None = None
    token_ids: list[Count] | None = None
    logprobs: Logprobs | None = None


class Piece(Answered):
    """One event of a stream."""

    choices: list[Part] = []
    usage: Account | None = None


# --- what is made of them -------------------------------------------------------------------------


def finish_of(choice: Ending, may_call: bool = False) -> tuple[Finish, Matched]:
    """Why it ended, and on what. Raises BackendError where that is no end of an answer; a call is one if it may be."""
    matched = choice.stop_reason
    if isinstance(choice, ChatChoice) and choice.message.given is not None:
        return ("length" if choice.finish_reason == "length" else "eos"), None
    if may_call and choice.finish_reason == "tool_calls":
        return "stop", None
    _reject(choice.finish_reason)
    if choice.finish_reason == "length":
        return "length", None
    if choice.finish_reason == "eos" or isinstance(matched, int):
        return "eos", matched if isinstance(matched, int) else None
    return "stop", matched


def _reject(reason: Reason) -> None:
    match reason:
        case "content_filter":
            raise BackendError("3105", "the service withheld the answer")
        case "tool_calls" | "function_call":
            raise BackendError("3105", "the model called a tool, and the program has none to offer")
        case "abort":
            raise BackendError("3105", "the server gave the answer up", transient="overloaded")
        case _:
            pass


def logprobs_of(choice: Ending) -> tuple[float, ...]:
    """The log probability of each generated token, of completions or of a chat."""
    found = choice.logprobs
    if found is None:
        return ()
    if found.content is not None:
        return tuple(entry.logprob for entry in found.content)
    return tuple(value for value in found.token_logprobs or () if value is not None)


def by_count(values: Sequence[float | None], prompt: int, choice: int) -> tuple[float, ...]:
    """The values of the last tokens; the first token of all has none."""
    if len(values) < prompt + choice:
        raise cannot_score("a server that does not echo the prompt's log probabilities")
    return tuple(value for value in values[prompt : prompt + choice] if value is not None)


def by_offset(
    values: Sequence[float | None], offsets: Sequence[int], start: int
) -> tuple[float, ...]:
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


def usage_of(accounts: Sequence[Account | None], total: float, first: float) -> Usage:
    """The server's own account: of the first answer's prompt, and what the others computed on top."""
    known = [account or Account() for account in accounts]
    if not known:
        return Usage()
    return Usage(
        prompt=known[0].prompt_tokens,
        cached=known[0].cached,
        prefilled=sum(account.prompt_tokens - account.cached for account in known),
        decoded=sum(max(0, (account.completion_tokens or 0) - 1) for account in known),
        decode_s=max(0.0, total - first),
        ttft_s=first,
    )
