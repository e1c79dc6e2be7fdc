"""The configuration files beside a tokenizer: its named tokens, and the tokens that end a generation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

_OLDER = ("special_tokens_map.json", "eos_token")
_END_TOKENS = (
    ("tokenizer_config.json", "eos_token"),
    ("config.json", "eos_token_id"),
    ("generation_config.json", "eos_token_id"),
)


def read_json(file: Path) -> dict[str, Any]:
    """The object in a file; empty when there is no such file. Raises OSError or ValueError."""
    if not file.is_file():
        return {}
    content = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"`{file.name}` holds no object")
    return cast("dict[str, Any]", content)


def token_text(value: object) -> object:
    """A token of a configuration: older files wrap its text in an object."""
    return cast("dict[str, object]", value).get("content") if isinstance(value, dict) else value


def named_tokens(config: dict[str, Any]) -> dict[str, str]:
    """The tokens that a configuration names, such as `bos_token`."""
    found = {name: token_text(value) for name, value in config.items() if name.endswith("_token")}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def end_tokens(folder: Path) -> tuple[str | int, ...]:
    """The end tokens that the files of a folder name: texts or ids, the same one perhaps twice."""
    found: list[str | int] = []
    is_configured = read_json(folder / "tokenizer_config.json").get("eos_token") is not None
    for file, key in _END_TOKENS if is_configured else (_OLDER, *_END_TOKENS):
        value = token_text(read_json(folder / file).get(key))
        values = cast("list[object]", value if isinstance(value, list) else [value])
        found.extend(end for end in values if isinstance(end, str | int))
    return tuple(found)
