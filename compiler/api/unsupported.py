"""The public names of SGLang's front end that sglc does not have: each fails with a reason and a way out."""

from __future__ import annotations

from typing import Any, NoReturn

from ...ir.diagnostic import CompileFailed, Diagnostic

REASONS: dict[str, tuple[str, str]] = {
    "video": ("videos are not supported", "its frames can be appended with `image`"),
    "VertexAI": (
        "there is no client for Vertex AI",
        "`OpenAI(model, base_url=...)` speaks to its OpenAI-compatible endpoint",
    ),
    "Crusoe": ("there is no client for Crusoe", "`OpenAI(model, base_url=...)` speaks to it"),
    "global_config": (
        "there is no global configuration",
        "options are arguments: of `Engine`, of `run`, of the command line",
    ),
}
"""By name: why it is not there, and what does the same."""


class Unsupported:
    """A name that can be imported, and fails with a diagnostic (SGL0590) when it is used."""

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.__doc__ = f"Not in sglc: {REASONS[name][0]}; {REASONS[name][1]}."

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        reason, help = REASONS[self.__name__]
        raise CompileFailed([Diagnostic("SGL0590", f"`{self.__name__}`: {reason}", helps=(help,))])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self()

    def __repr__(self) -> str:
        return f"<`{self.__name__}`, not in sglc>"


def __getattr__(name: str) -> Unsupported:
    if name in REASONS:
        return Unsupported(name)
    raise AttributeError(name)
