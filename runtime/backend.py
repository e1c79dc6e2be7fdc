"""What every backend is: asked with token ids, answers with token ids and an account of the work.

Called by the executor; implemented by `mock`, the embedded engine and the remote clients.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..ir.sampling import Constraint, Sampling
from ..ir.target.stopping import Matched
from .secrets import without_secrets

Finish = Literal["eos", "stop", "length", "constraint", "aborted"]
Transient = Literal["connection", "timeout", "rate limit", "overloaded"]
"""Why a request failed that may succeed later, unchanged."""


@dataclass(frozen=True, slots=True)
class CacheSize:
    """What a server's cache holds, in tokens, and how many of them are found or lost together."""

    tokens: int
    block: int = 1


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do. What it cannot do is an error before the first call."""

    token_ids: bool = True
    select: bool = True
    scores: bool = True  # a select is scored by log probabilities; else the model answers with one of the choices
    constraints: frozenset[str] = frozenset(
        {"regex", "json", "grammar", "type", "call", "before_call"}
    )
    prefill: bool = True
    leads: bool = True  # what the arms of a fork share is worth a request of its own, before them
    finds_running: bool = True  # a request waits for, and finds, what another is just computing
    seeds: bool = True
    logprobs: bool = True
    images: bool = False
    retention: bool = False  # its cache has little room, and takes hints about what to keep
    chat: bool = False  # asked with turns alone; there is no raw completion
    places: bool = False  # wants to know where in a prompt shared prefixes end
    continues: bool = False  # a chat may end inside of an assistant turn, which is then continued
    calls: bool = False  # a chat that is told of tools, and gives calls of them apart
    thinking: frozenset[str] = (
        frozenset()
    )  # what a chat can be told: `on` gives reasoning apart, `off` none
    max_context: int | None = None
    cache: CacheSize | None = None  # rows wait for room in it; without it the backend sees to that


@dataclass(frozen=True, slots=True)
class Retain:
    """A hint: what has been computed of `ids` is used again after `next_use` model calls; never changes an answer.

    `claim`: the number under which it is released. `pin`: evict it last, for as long as the backend lives.
    """

    ids: tuple[int, ...]
    claim: int
    next_use: int = 0
    pin: bool = False
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A hint: `claim` on `ids` is over, and who made it asks about nothing that begins with them again.

    Then what lies behind the first `start` ids may be evicted before all else, unless others want it.
    `start` None: the claim is over, and nothing else is known (a row that failed).
    """

    ids: tuple[int, ...]
    claim: int
    start: int | None = None
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A place in a prompt at which, by the plan, a prefix ends that other calls begin with.

    It stands behind `offset` characters of turn `turn`, and behind about `tokens` tokens of the prompt. `reads`: how
    many later calls are expected to find it; `is_static`: it is the same in every run; `is_read`: an earlier call
    has asked about it.
    """

    turn: int
    offset: int
    tokens: int
    reads: int
    is_static: bool = False
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """An image in a prompt: in which turn, behind how many characters; `source`: a path, or an address."""

    turn: int
    offset: int
    source: str


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a tool: its name, its arguments as JSON, and the number that its result refers to."""

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """The tools that a prompt has, as services take them, whether one may be called, or must be, and more than one."""

    tools: tuple[Mapping[str, Any], ...]
    choice: Literal["none", "auto", "required"]
    several: bool = False

    @property
    def may_call(self) -> bool:
        """Whether the answer may be a call."""
        return self.choice != "none"


@dataclass(frozen=True, slots=True)
class PromptText:
    """A prompt as text, for backends that do not take token ids.

    `turns`: (role, content, whether its end is still to come) for chat APIs; none for a raw completion. `shared`: the
    places in them that other calls share, first to last, where a backend wants them (`Capabilities.places`). `images`:
    those that stand in them, first to last. `calls`: what an assistant called at the end of a turn, by the number of
    the turn. `tools`: those of the prompt, if any.
    """

    text: str
    turns: tuple[tuple[str, str, bool], ...] = ()
    shared: tuple[SharedPlace, ...] = ()
    images: tuple[ImagePlace, ...] = ()
    calls: Mapping[int, tuple[Called, ...]] = field(default_factory=dict[int, tuple[Called, ...]])
    tools: ToolUse | None = None


OnLogprobs = Callable[[int, tuple[float, ...], tuple[tuple[tuple[int, float], ...], ...]], None]


@dataclass(frozen=True, slots=True)
class GenRequest:
    """Continue `ids`. One continuation per entry of `seeds` (more than one shares one prefill).

    `on_tokens(sample, ids)` is called with new ids as they come, from any thread. Where log probabilities are
    asked for, `on_logprobs(sample, values, alternatives)` is called before it for the same ids, by backends
    that have them by then; they all stand in the reply. `reasoning`: asked only of a chat that gives it apart: the
    most tokens of it, -1 for no limit; all else is about the answer. `on_reasoning(sample, text)`: more of it.
    """

    ids: tuple[int, ...]
    sampling: Sampling
    seeds: tuple[int, ...]
    constraint: Constraint | None = None
    namespace: str = ""
    on_tokens: Callable[[int, tuple[int, ...]], None] | None = None
    on_logprobs: OnLogprobs | None = None
    prompt_text: PromptText | None = None
    reasoning: int | None = None
    on_reasoning: Callable[[int, str], None] | None = None


@dataclass(frozen=True, slots=True)
class SelectRequest:
    """Score each of `choices` (token ids) as a continuation of `ids`.

    `unconditional`: prompt ids for unconditional scoring, when the method needs it. Where they are
    empty (a model without a start token), the first token of a choice has no log probability there.
    `prompt_text` and `choice_texts`: the same as text, for backends that do not take token ids.
    """

    ids: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    unconditional: tuple[int, ...] | None = None
    namespace: str = ""
    prompt_text: PromptText | None = None
    choice_texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrefillRequest:
    """Compute the KV of `ids`, ahead of a call. Nothing is generated."""

    ids: tuple[int, ...]
    speculative: bool = False
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Work done for one request, in tokens; times in seconds.

    prompt = cached + prefilled + replayed for a gen. `prefilled` also counts the choice tokens fed
    for a select and the prompts of unconditional scoring. `decoded`: generated tokens that
    were fed back one step at a time; `forced`: appended by a grammar without a sampling step.
    """

    prompt: int = 0
    cached: int = 0
    prefilled: int = 0
    replayed: int = 0
    decoded: int = 0
    forced: int = 0
    queue_s: float = 0.0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    ttft_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Completion:
    """One continuation.

    `ids`: what was sampled, the end token and the tokens of a stop string included. `kept`: what stays
    in the prompt (without those; where a stop string ends inside a token, the ids before that token and
    the re-encoded rest). `text`: the text of `kept`. Logprobs align with `ids`, and are the model's own:
    before a constraint, penalties or a temperature change them. `matched`: the stop string, the stop
    pattern or the token on which it ended. `fed`: how many of the ids have KV; None: all but the last. They
    are fewer where what was forced behind the last sampled token ended the continuation. `reasoning`: what was
    thought before it, where that was asked for, in `reasoned` tokens. `calls`: the tools that a chat calls behind it.
    """

    ids: tuple[int, ...]
    kept: tuple[int, ...]
    text: str
    finish: Finish
    logprobs: tuple[float, ...] = ()
    top_logprobs: tuple[tuple[tuple[int, float], ...], ...] = ()
    matched: Matched = None
    fed: int | None = None
    reasoning: str = ""
    reasoned: int = 0
    calls: tuple[Called, ...] = ()

    @property
    def with_kv(self) -> tuple[int, ...]:
        """The ids that have KV when the call ends."""
        return self.ids[:-1] if self.fed is None else self.ids[: self.fed]


@dataclass(frozen=True, slots=True)
class GenReply:
    """One completion per seed, in order, and the work of all of them together."""

    completions: tuple[Completion, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class SelectReply:
    """Log probabilities of every token of every choice, and the work.

    `chosen`: which one a server chose that gives none (`Capabilities.scores`).
    """

    logprobs: tuple[tuple[float, ...], ...]
    usage: Usage
    unconditional: tuple[tuple[float, ...], ...] = ()
    chosen: int | None = None


class BackendError(Exception):
    """A request that could not be served; becomes the error of its row.

    Codes 31xx: 3101 context too long, 3102 constraint not usable, 3103 no memory for it,
    3104 capability missing, 3105 the server failed, 3106 closed, 3107 empty prompt, 3109 too many calls of a run,
    3108 a token id that is none of the model's; 3207 a sampling parameter that can't be.
    `transient`: why the same request may succeed later; None where it would fail again. `retry_after`: in how many
    seconds the server said so. Addresses may stand in a message: their passwords are not shown.
    """

    def __init__(
        self,
        code: str,
        message: str,
        help: str = "",
        *,
        transient: Transient | None = None,
        retry_after: float | None = None,
    ) -> None:
        message = without_secrets(message)
        super().__init__(message)
        self.code, self.message, self.help = code, message, without_secrets(help)
        self.transient, self.retry_after = transient, retry_after


class Abandoned(asyncio.CancelledError):
    """A request whose caller no longer waits; `usage` is the work that was done for it by then."""

    def __init__(self, usage: Usage) -> None:
        super().__init__()
        self.usage = usage


def work_of(cancelled: asyncio.CancelledError) -> Usage:
    """The work that was done for a cancelled request, as far as its backend knows."""
    return cancelled.usage if isinstance(cancelled, Abandoned) else Usage()


class Backend(Protocol):
    """The protocol. Methods may be called concurrently from one event loop."""

    name: str

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt. Raises BackendError."""
        ...

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices. Raises BackendError."""
        ...

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt; returns when its KV is there. Raises BackendError."""
        ...

    def hint(self, hint: Retain | Release) -> None:
        """Note a hint, at once and without failing; asked only of those with the capability `retention`."""
        ...

    async def close(self) -> None:
        """Stop serving; pending requests fail with 3106."""
        ...
