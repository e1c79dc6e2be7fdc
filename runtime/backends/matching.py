"""Whether a target is the one of a server's model: its tokenizer and its template, compared with the server's own.

Asked before the first call, of servers that show them. A prompt in another model's tokens, or with another model's
template around its turns, would be answered all the same, and worse, and nobody would know.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ...ir.target import Part, Target, TemplateError
from ..backend import BackendError
from ..transport.server import Server

Match = Literal["same", "unknown", "tokenizer", "template"]
"""`unknown`: the server does not show them; else what differs."""

PROBE = "In 2024 it's naïve:\n\n  déjà vu, 日本語 1234567 (ok)."
TURNS = (
    {"role": "user", "content": "Which river?"},
    {"role": "assistant", "content": "The third one."},
    {"role": "user", "content": PROBE},
)


class Tokens(msgspec.Struct):
    """An answer of `/tokenize`, of vLLM and of llama.cpp."""

    tokens: list[int]


class Rendered(msgspec.Struct):
    """An answer of llama.cpp's `/apply-template`."""

    prompt: str


def match(server: Server, dialect: str, model: str, target: Target) -> Match:
    """Compare a target with what a server of some dialect shows."""
    shows = {"vllm": _VLLM, "llamacpp": _LlamaCpp}.get(dialect)
    if shows is None:
        return "unknown"
    shown = shows(server.at_origin(), model)
    try:
        theirs = shown.text_ids(PROBE)
    except BackendError:
        return "unknown"
    if theirs != _encoded(target, PROBE, False):
        return "tokenizer"
    return "same" if _has_same_template(shown, target) else "template"


def _has_same_template(shown: _VLLM | _LlamaCpp, target: Target) -> bool:
    template = target.template
    if template is None or template.reads_clock:  # that one is another one every day
        return True
    try:
        ours = template.render(TURNS, add_generation_prompt=True)
    except TemplateError:
        return True  # nothing with turns is sent through a template that can't be rendered
    try:
        return shown.has_turns(target, ours)
    except BackendError:
        return True


def _encoded(target: Target, text: str, is_literal: bool) -> list[int]:
    return list(target.tokenizer.encode((Part(text, is_literal),)))


class _VLLM:
    """`/tokenize` takes a text or turns."""

    def __init__(self, server: Server, model: str) -> None:
        self._server, self._model = server, model

    def text_ids(self, text: str) -> list[int]:
        return self._ask({"prompt": text})

    def has_turns(self, target: Target, ours: str) -> bool:
        theirs = self._ask({"messages": list(TURNS), "add_generation_prompt": True})
        return theirs == _encoded(target, ours, True)

    def _ask(self, what: dict[str, Any]) -> list[int]:
        body = {"model": self._model, "add_special_tokens": False} | what
        return self._server.get_now("/tokenize", Tokens, body=body).tokens


class _LlamaCpp:
    """`/tokenize` takes a text, `/apply-template` turns."""

    def __init__(self, server: Server, model: str) -> None:
        self._server = server

    def text_ids(self, text: str) -> list[int]:
        body = {"content": text, "add_special": False}
        return self._server.get_now("/tokenize", Tokens, body=body).tokens

    def has_turns(self, target: Target, ours: str) -> bool:
        body = {"messages": list(TURNS)}
        return self._server.get_now("/apply-template", Rendered, body=body).prompt == ours
