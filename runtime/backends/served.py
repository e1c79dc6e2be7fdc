"""Who a server is: the model that it serves, by which names its files may be at hand, and the template that it shows.

Asked once, before anything is compiled: a plan is made for tokenizer and template of the model that will answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from ..backend import BackendError
from ..transport.server import Server
from .sglang_replies import ModelInfo


class Listed(msgspec.Struct):
    """One model of a list. vLLM and SGLang name its folder (`root`), and how much it holds."""

    id: str
    owned_by: str = ""
    root: str | None = None
    parent: str | None = None
    max_model_len: int | None = None


class Listing(msgspec.Struct):
    """An answer of `/models`."""

    data: list[Listed]


class Props(msgspec.Struct):
    """An answer of llama.cpp's `/props`: its model's chat template, and the tokens that it may name."""

    chat_template: str = ""
    bos_token: str = ""
    eos_token: str = ""
    model_path: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """A model as its server names it.

    `known_as`: paths and hub names of the same model. `template` with its `tokens`: what the server shows of its chat
    template. `context`: how many tokens it holds, where that is known.
    """

    name: str
    dialect: str
    known_as: tuple[str, ...] = ()
    context: int | None = None
    template: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict[str, str])


def ask_openai(server: Server, model: str | None, dialect: str | None) -> Served:
    """What a server with OpenAI's API serves; `model` is its name there, or the path of its files.

    Raises BackendError: the server is away, or lists several models and none is named.
    """
    listed = server.get_now("/models", Listing).data
    chosen = choose(listed, model)
    kind = dialect or chosen.owned_by.replace(".", "")
    names = tuple(name for name in (chosen.root, chosen.id) if name)
    found = Served(chosen.id, kind, names, chosen.max_model_len)
    return _with_props(server, found) if kind == "llamacpp" else found


def choose(listed: Sequence[Listed], model: str | None) -> Listed:
    """The model that is meant: by its name, by its root, or the only one there is. Raises BackendError (3105)."""
    own = [each for each in listed if each.parent is None]
    for each in listed:
        if model is not None and model in (each.id, each.root):
            return each
    if len(own) == 1 and (model is None or "/" in model or "\\" in model):
        return own[0]
    names = ", ".join(f"`{each.id}`" for each in listed[:8]) + (", ..." if len(listed) > 8 else "")
    what = f"has no model `{model}`" if model else f"serves {len(own)} models"
    help = f"`--model` names one of {names}" if listed else "it lists no model at all"
    raise BackendError("3105", f"the server {what}", help)


def _with_props(server: Server, found: Served) -> Served:
    """llama.cpp shows the template that it renders."""
    try:
        props = server.at_origin().get_now("/props", Props)
    except BackendError:
        return found
    tokens = {"bos_token": props.bos_token, "eos_token": props.eos_token}
    return replace(found, template=props.chat_template, tokens=tokens)


def ask_sglang(server: Server) -> Served:
    """What an SGLang server serves, by its native protocol. Raises BackendError."""
    info = server.get_now("/get_model_info", ModelInfo)
    names = tuple(name for name in (info.tokenizer_path, info.model_path) if name)
    return Served(info.model_path, "sglang", names)
