"""What is asked of a server with OpenAI's API, in the words that it knows.

What the API or the server at hand has no word for is an error with a way out: nothing is left away in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from ...ir.constrained.ebnf import EbnfError
from ...ir.constrained.flat import flat_pattern
from ...ir.constrained.pattern import plain_pattern
from ...ir.constrained.regex import RegexError
from ...ir.sampling import Constraint, Sampling
from ...ir.target import Tokenizer
from ...ir.types import UnionType
from ..backend import BackendError, Called, ImagePlace, PromptText
from .answer_schemas import AnswerSchema, answer_schema, choice_schema
from .constraints import wire_constraint
from .dialects import BUDGET, MORE_FIELDS, OPENAI_FIELDS, SCHEMA_FORMAT, Dialect
from .openai_replies import ANSWER_TOOL, Body, cannot
from .pictures import picture_of
from .remote import said_turns

_PLAIN = Sampling()


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Constrained:
    """What a constraint adds to a request, and how the text of its answer is read."""

    body: Body
    text_of: Callable[[str], str] = _as_it_is


UNCONSTRAINED = Constrained({})


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
        turns = said_turns(text, "openai")
        assert text is not None
        messages = messages_of(text)
        role, _, is_open = turns[-1]
        if not is_open:
            return {"messages": messages}
        if role != "assistant":
            raise cannot(
                f"generate inside a {role} turn", "an assistant turn, or the completions API, can"
            )
        if not messages[-1]["content"]:
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

    def tools(self, text: PromptText | None) -> Body:
        """The tools that the prompt has, and which may be called now."""
        if text is None or text.tools is None or not self.is_chat:
            return {}
        tools = [self._function(each) for each in text.tools.tools]
        body: Body = {"tools": tools, "tool_choice": text.tools.choice}
        return body | ({"parallel_tool_calls": text.tools.several} if text.tools.may_call else {})

    def _function(self, tool: Any) -> Body:
        strict = {"strict": True} if self.dialect.strict_tools else {}
        return {"type": "function", "function": dict(tool["function"]) | strict}

    def cache_key(self, text: PromptText | None) -> Body:
        """The same key for calls that share a prefix, so that a service sends them to one cache."""
        places = [place for place in text.shared if place.reads] if text else []
        if not self.dialect.cache_key or not places or text is None:
            return {}
        place = places[0]
        turns = (*text.turns[: place.turn], text.turns[place.turn][1][: place.offset])
        digest = blake2b(repr(turns).encode(), digest_size=12).hexdigest()
        return {"prompt_cache_key": f"sglc-{digest}"}

    def parameters(self, sampling: Sampling) -> Body:
        """The sampling. Raises BackendError for what the server has no name for."""
        self._refuse(sampling)
        body: Body = {name: getattr(sampling, name) for name in OPENAI_FIELDS}
        if sampling.max_tokens >= 0:
            body[self.dialect.most] = sampling.max_tokens
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

    def thinking(self, sampling: Sampling, budget: int | None) -> Body:
        """What a chat is told about thinking; `budget`: of reasoning that it is to give apart, beside its answer."""
        told = self.dialect.thinking.get("on" if budget is not None else sampling.thinking, {})
        if not self.is_chat or budget is None:
            return dict(told) if self.is_chat else {}
        body: Body = json.loads(json.dumps(told).replace(json.dumps(BUDGET), str(budget)))
        if budget >= 0 and sampling.max_tokens >= 0:
            body[self.dialect.most] = budget + sampling.max_tokens
        return body

    def constraint(self, constraint: Constraint | None) -> Constrained:
        """The constraint, and how its answer is read. Raises BackendError where the server can't promise it."""
        if constraint is None:
            return UNCONSTRAINED
        if "regex" not in self.dialect.constraints and constraint.kind in ("type", "json"):
            return self._by_schema(answer_schema(constraint))
        if constraint.kind in ("regex", "grammar") and self.by_tool:
            return Constrained(_tool(constraint))
        wire = wire_constraint(constraint)
        if wire is None:
            return UNCONSTRAINED
        path = self.dialect.constraints.get(wire.kind)
        if path is None:
            raise BackendError(
                "3104",
                f"`openai` can't promise output that matches a {wire.kind}",
                "a declared type or a JSON schema may be asked for; the embedded engine takes all constraints",
            )
        content = json.loads(wire.text) if wire.kind == "json" else wire.text
        return Constrained(_placed(path, content))

    @property
    def by_tool(self) -> bool:
        """Whether a pattern is one of a tool's input: a chat of a service that takes it nowhere else."""
        return self.is_chat and self.dialect.tool_patterns

    def choice(self, choices: tuple[str, ...]) -> Constrained:
        """One of some texts, as an answer."""
        if "regex" in self.dialect.constraints:
            return self.constraint(Constraint("type", str(UnionType(choices))))
        return self._by_schema(choice_schema(choices))

    def _by_schema(self, asked: AnswerSchema | None) -> Constrained:
        """A service that knows JSON schemas alone."""
        path = self.dialect.constraints.get("json")
        if asked is None:
            return UNCONSTRAINED
        if path is None:
            raise cannot("promise JSON of a schema", "the embedded engine takes all constraints")
        return Constrained(_placed(path, asked.schema), asked.text_of)


def _content(text: str, images: Sequence[ImagePlace]) -> str | list[Body]:
    """The content of a turn: a text, or parts where images stand in it. Raises BackendError."""
    if not images:
        return text
    parts: list[Body] = []
    ends = [*(image.offset for image in images[1:]), len(text)]
    before = text[: images[0].offset]
    parts += [{"type": "text", "text": before}] if before else []
    for image, end in zip(images, ends, strict=True):
        parts.append({"type": "image_url", "image_url": {"url": picture_of(image.source).url}})
        behind = text[image.offset : end]
        parts += [{"type": "text", "text": behind}] if behind else []
    return parts


def _tool(constraint: Constraint) -> Body:
    """A tool that the model must call, whose input, the answer, matches a pattern. Raises BackendError (3102)."""
    kind, text = constraint.kind, constraint.text
    try:
        definition = plain_pattern(flat_pattern(text) if kind == "grammar" else text)
    except (RegexError, EbnfError) as error:
        help = "the engine, vLLM and SGLang take any that can be kept"
        raise BackendError("3102", f"`openai` can't use this {kind}: {error}", help) from None
    grammar = {"type": "grammar", "grammar": {"syntax": "regex", "definition": definition}}
    about = {"name": ANSWER_TOOL, "description": "Takes your whole answer.", "format": grammar}
    return {
        "tools": [{"type": "custom", "custom": about}],
        "tool_choice": {"type": "custom", "custom": {"name": ANSWER_TOOL}},
        "parallel_tool_calls": False,
    }


def messages_of(text: PromptText) -> list[Body]:
    """The turns as messages: calls stand in those that made them, and results say which call they are of."""
    found: list[Body] = []
    waiting: list[str] = []
    for number, (role, content, _) in enumerate(text.turns):
        images = [image for image in text.images if image.turn == number]
        message: Body = {"role": role, "content": _content(content, images)}
        calls = text.calls.get(number, ())
        if calls:
            waiting = [called.id for called in calls]
            message |= {"tool_calls": list(map(_call, calls))}
        elif role == "tool" and waiting:
            message["tool_call_id"] = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        found.append(message)
    return found


def _call(called: Called) -> Body:
    function = {"name": called.name, "arguments": called.arguments}
    return {"id": called.id, "type": "function", "function": function}


def _placed(path: tuple[str, ...], content: Any) -> Body:
    """A constraint where a server looks for it."""
    if path == SCHEMA_FORMAT:
        named = {"name": "answer", "schema": content, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    for key in reversed(path):
        content = {key: content}
    return content
