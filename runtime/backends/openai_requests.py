"""What is asked of a server with OpenAI's API, in the words that it knows.

What the API or the server at hand has no word for is an error with a way out: nothing is left away in silence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...ir.sampling import Constraint, Sampling
from ...ir.target import Tokenizer
from ..backend import BackendError, PromptText
from .constraints import wire_constraint
from .dialects import MORE_FIELDS, OPENAI_FIELDS, SCHEMA_FORMAT, Dialect
from .openai_replies import Body, cannot

_PLAIN = Sampling()


@dataclass(frozen=True)
class Wording:
    """How one server is asked. `takes_ids`: with tokens; `is_chat`: with turns; else with text."""

    dialect: Dialect
    is_chat: bool
    takes_ids: bool
    tokenizer: Tokenizer

    def prompt(self, ids: tuple[int, ...], text: PromptText | None) -> Body:
        """The prompt: turns, tokens or text. Raises BackendError for turns that can't be said."""
        if self.is_chat:
            return self._messages(text)
        if self.takes_ids:
            return {"prompt": list(ids)}
        return {"prompt": text.text if text else self.tokenizer.decode(ids)}

    def _messages(self, text: PromptText | None) -> Body:
        """The turns. An open one must be the assistant's: empty, or one that the server can continue."""
        turns = text.turns if text else ()
        if not turns:
            raise cannot(
                "be asked for a raw completion", "a program with turns, or the completions API, can"
            )
        messages = [{"role": role, "content": content} for role, content, _ in turns]
        role, content, is_open = turns[-1]
        if not is_open:
            return {"messages": messages}
        if role != "assistant":
            raise cannot(
                f"generate inside a {role} turn", "an assistant turn, or the completions API, can"
            )
        if not content:
            return {"messages": messages[:-1]}
        if not self.dialect.continues:
            raise cannot(
                "continue a turn that has begun",
                "one `gen` for the whole turn, or the completions API, can",
            )
        return {
            "messages": messages,
            "continue_final_message": True,
            "add_generation_prompt": False,
        }

    def parameters(self, sampling: Sampling) -> Body:
        """The sampling. Raises BackendError for what the server has no name for."""
        self._refuse(sampling)
        body: Body = {name: getattr(sampling, name) for name in OPENAI_FIELDS}
        if sampling.max_tokens >= 0:
            body["max_tokens"] = sampling.max_tokens
        if sampling.stop:
            body["stop"] = list(
                sampling.stop[:4]
            )  # the most that the API takes; the rest is cut here
        for name, wire in self.dialect.fields.items():
            value = getattr(sampling, name)
            if value != getattr(_PLAIN, name):
                body[wire] = list(value) if isinstance(value, tuple) else value
        if sampling.logprobs:
            body["logprobs"] = True if self.is_chat else 1
        return body

    def _refuse(self, sampling: Sampling) -> None:
        """Raise for parameters that the server has no name for. A stop pattern is applied here, exactly."""
        for name in MORE_FIELDS:
            if name not in self.dialect.fields and getattr(sampling, name) != getattr(_PLAIN, name):
                raise cannot(
                    f"be told `{name}`",
                    "`dialect=` names a server that knows more than OpenAI's API",
                )
        if sampling.top_logprobs:
            raise cannot(
                "name the alternatives by their tokens", "`sglang` and the embedded engine can"
            )

    def constraint(self, constraint: Constraint | None) -> Body:
        """The constraint. Raises BackendError where the server can't promise it."""
        wire = wire_constraint(constraint) if constraint else None
        if wire is None:
            return {}
        path = self.dialect.constraints.get(wire.kind)
        if path is None:
            raise BackendError(
                "3104",
                f"`openai` can't promise output that matches a {wire.kind}",
                '`constrained_style="free"` takes the server\'s own JSON; the embedded engine takes all constraints',
            )
        if path == SCHEMA_FORMAT:
            named = {"name": "answer", "schema": json.loads(wire.text), "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        content: Any = json.loads(wire.text) if wire.kind == "json" else wire.text
        for key in reversed(path):
            content = {key: content}
        return content
