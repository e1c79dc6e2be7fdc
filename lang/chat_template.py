"""The names that programs import from `sglang.lang.chat_template`, of which each says what to do instead."""

from __future__ import annotations

from typing import NoReturn

from ..ir.diagnostic import CompileFailed, Diagnostic


def get_chat_template(name: str) -> NoReturn:
    """Raises CompileFailed (SGL0590): the template is the model's own."""
    raise _refusal(f"chat template `{name}`")


def get_chat_template_by_model_path(model_path: str) -> NoReturn:
    """Raises CompileFailed (SGL0590): the template is read from the model's folder."""
    raise _refusal(f"chat template of `{model_path}`")


def _refusal(what: str) -> CompileFailed:
    help = (
        "the model's own template is used by itself; `model=` of an endpoint names another target"
    )
    return CompileFailed([Diagnostic("SGL0590", f"{what}: templates have no names", helps=(help,))])
