"""A model folder's `config.json`: read with errors that say what is wrong with it, and its part about the decoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from .error import ModelError

# Decoders with nothing of their own: the engine has a fast path for them.
PLAIN_DECODERS = ("llama", "mistral", "qwen2", "qwen3")
TEXT_PARTS = ("text_config", "llm_config", "language_config")
AGAIN = "take the file from the original model again, or save it with `save_pretrained`"


def read_config(folder: Path) -> dict[str, Any]:
    """The object in `config.json`. Raises ModelError (SGL3402)."""
    file = folder / "config.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ModelError("SGL3402", f"`{file}` is no text", AGAIN) from None
    except OSError as error:
        raise ModelError("SGL3402", f"`{file}` can't be read: {error.strerror}", AGAIN) from error
    except ValueError as error:
        raise ModelError("SGL3402", f"`{file}` is not JSON: {error}", AGAIN) from error
    if not isinstance(found, dict):
        raise ModelError("SGL3402", f"`{file}` holds no object", AGAIN)
    return cast("dict[str, Any]", found)


def text_part(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What describes the decoder: models that see or hear have a configuration within their own for it."""
    parts = (config.get(name) for name in TEXT_PARTS)
    return next((cast("dict[str, Any]", part) for part in parts if isinstance(part, dict)), config)


def context_of(config: Mapping[str, Any]) -> int | None:
    """How many tokens the model can hold, as its configuration says."""
    text = text_part(config)
    rope = text.get("rope_parameters") or text.get("rope_scaling") or {}
    is_long = isinstance(rope, dict) and "longrope" in (rope.get("rope_type"), rope.get("type"))
    original = text.get("original_max_position_embeddings") or rope.get(
        "original_max_position_embeddings"
    )
    found = original if is_long and original else text.get("max_position_embeddings")
    return found if isinstance(found, int) else None
