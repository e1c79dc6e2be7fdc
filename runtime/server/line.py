"""The backend as one HTTP request sees it: in its caller's part of the cache, bounded, counted and traced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ...ir.sampling import Constraint
from ..backend import (
    Backend,
    BackendError,
    Capabilities,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)
from .keys import Caller
from .limits import Limits
from .log import log
from .meter import Meter
from .model import ServedModel
from .reasoning import Reasoner
from .spans import call_span, note_reply, note_usage


@dataclass(slots=True)
class Account:
    """What one HTTP request came to."""

    calls: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    finish: list[str] = field(default_factory=list)

    def add(self, usage: Usage, completion: int = 0) -> None:
        """Count one call."""
        self.prompt += usage.prompt
        self.cached += min(usage.cached, usage.prompt)
        self.completion += completion

    def as_dict(self) -> dict[str, int]:
        """As clients are told."""
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt,
            "cached_tokens": self.cached,
            "completion_tokens": self.completion,
        }


@dataclass(frozen=True, slots=True)
class Around:
    """What all lines of a server share. `logs_text`: prompts and answers go into the log."""

    backend: Backend
    model: ServedModel
    limits: Limits
    meter: Meter
    logs_text: bool = False


class Line:
    """Implements the backend protocol for one HTTP request. `operation`: what its spans are called."""

    def __init__(self, around: Around, caller: Caller, id: str, operation: str) -> None:
        self._around, self._caller, self._id, self._operation = around, caller, id, operation
        self._backend = around.backend
        self.name = around.backend.name
        self.account = Account()

    @property
    def capabilities(self) -> Capabilities:
        """The backend's own."""
        return self._backend.capabilities

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt."""
        template = self._around.model.target.template
        if request.reasoning is not None and template is not None:
            tokenizer = self._around.model.target.tokenizer
            return await Reasoner(self.generate, tokenizer, template.thinking).generate(request)
        self._begin()
        self._check(request)
        request = replace(request, namespace=self._caller.namespace)
        await self._prepare(request.constraint)
        with call_span(self._operation, self._around.model.name, request) as span:
            reply = await self._backend.generate(request)
            note_reply(span, self._around.model.name, reply)
        completion = sum(len(done.ids) for done in reply.completions)
        self._note("generate", reply.usage, completion)
        self.account.finish += [done.finish for done in reply.completions]
        if self._around.logs_text:
            self._log_text(request, reply)
        return reply

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices."""
        self._begin()
        request = replace(request, namespace=self._caller.namespace)
        with call_span("select", self._around.model.name) as span:
            reply = await self._backend.select(request)
            note_usage(span, reply.usage)
        self._note("select", reply.usage)
        return reply

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt."""
        usage = await self._backend.prefill(replace(request, namespace=self._caller.namespace))
        self._around.meter.call("prefill", usage)
        return usage

    def hint(self, hint: Retain | Release) -> None:
        """Note a hint."""
        self._backend.hint(replace(hint, namespace=self._caller.namespace))

    async def close(self) -> None:
        """The backend is not ours to close."""

    def _begin(self) -> None:
        self.account.calls += 1
        if self.account.calls > self._around.limits.calls:
            raise BackendError(
                "3109", f"a run makes at most {self._around.limits.calls} calls here"
            )

    def _check(self, request: GenRequest) -> None:
        """Whether the backend can do what is asked. Raises BackendError (3104)."""
        can, constraint = self.capabilities, request.constraint
        if constraint is not None and constraint.kind not in can.constraints:
            known = ", ".join(sorted(can.constraints)) or "none"
            message = f"`{self.name}` can't constrain by `{constraint.kind}`"
            raise BackendError("3104", message, f"constraints it has: {known}")
        if request.sampling.logprobs and not can.logprobs:
            raise BackendError("3104", f"`{self.name}` gives no log probabilities")

    async def score(self, request: SelectRequest) -> SelectReply:
        """Log probabilities of choices, and nothing in their place. Raises BackendError (3104)."""
        if not self.capabilities.scores:
            raise BackendError("3104", f"`{self.name}` gives no log probabilities of a prompt")
        return await self.select(request)

    async def _prepare(self, constraint: Constraint | None) -> None:
        """Compile a constraint, where the backend does that ahead. Raises BackendError (3102) where it takes long."""
        prepare: Callable[[Constraint, float], Awaitable[Any]] | None = getattr(
            self._backend, "prepare", None
        )
        if constraint is not None and prepare is not None:
            await prepare(constraint, self._around.limits.compile_s)

    def _note(self, kind: str, usage: Usage, completion: int = 0) -> None:
        self.account.add(usage, completion)
        self._around.meter.call(kind, usage, completion)

    def _log_text(self, request: GenRequest, reply: GenReply) -> None:
        said = request.prompt_text
        prompt = said.text if said else self._around.model.target.tokenizer.decode(request.ids)
        log("call", id=self._id, prompt=prompt, answers=[done.text for done in reply.completions])
