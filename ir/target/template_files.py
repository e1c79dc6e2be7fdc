"""Where a model folder keeps its chat template and the tokens that the template may name.

The files are those of the Hugging Face libraries, the newest form first: `chat_template.jinja` with its named
neighbours in `additional_chat_templates/`, `chat_template` of `tokenizer_config.json` (one text, or several with
names), and `chat_template.json`, which processors write.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from .config import named_tokens, read_json, token_text

NAMED = "additional_chat_templates"


def template_sources(folder: Path) -> Mapping[str, str]:
    """The templates of a model folder by name; the usual one is `default`. Raises OSError or ValueError."""
    sources = _configured(read_json(folder / "chat_template.json").get("chat_template"))
    sources |= _configured(read_json(folder / "tokenizer_config.json").get("chat_template"))
    for file in sorted((folder / NAMED).glob("*.jinja")):
        sources[file.stem] = file.read_text(encoding="utf-8")
    alone = folder / "chat_template.jinja"
    if alone.is_file():
        sources["default"] = alone.read_text(encoding="utf-8")
    return sources


def template_tokens(folder: Path) -> dict[str, str]:
    """The tokens that a template may name, `bos_token` and the like. Raises OSError or ValueError."""
    config = read_json(folder / "tokenizer_config.json")
    extra = config.get("extra_special_tokens")
    of_model = cast("dict[str, Any]", extra) if isinstance(extra, dict) else {}
    return {
        **named_tokens(read_json(folder / "special_tokens_map.json")),
        **{name: text for name, text in map(_named, of_model.items()) if text},
        **named_tokens(config),
    }


def _named(entry: tuple[str, object]) -> tuple[str, str]:
    name, text = entry[0], token_text(entry[1])
    return name, text if isinstance(text, str) else ""


def _configured(value: object) -> dict[str, str]:
    """The templates of a configuration: one text, several with names, or none."""
    if isinstance(value, list):
        entries = cast("list[dict[str, str]]", value)
        return {entry["name"]: entry["template"] for entry in entries}
    if isinstance(value, dict):
        return dict(cast("dict[str, str]", value))
    return {"default": value} if isinstance(value, str) else {}
