"""Lines of servers and clients in which a call stands among other words: vLLM, SGLang, clients at level debug."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

Json = Any

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_VLLM = re.compile(rf"(?:Received request \S+|Request \S+ details): prompt: (?P<prompt>{_QUOTED})")
_SGLANG = re.compile(r"(?:Receive|Finish): obj=\w*ReqInput\((?P<inner>.*)\)")
_SGLANG_TEXT = re.compile(rf"\btext=(?P<text>{_QUOTED})")
_SGLANG_ID = re.compile(rf"\brid=(?P<rid>{_QUOTED})")
_IDS = re.compile(r"\b(?:input_ids=|prompt_token_ids: )(?P<ids>\[[\d, ]+\])")
_KEYS = re.compile(r"[\"'](messages|contents|prompt|inputs?|inputBodyJson)[\"']\s*:")
_OPENS = re.compile(r"\{(?=\s*[\"'])")
TRIES = 6
"""Objects of a line that are tried."""


class Lines:
    """Reads one log's lines; remembers which requests of a server it has seen, since some are told of twice."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def data_in(self, line: str) -> dict[str, Json] | None:
        """What a line says of a call, as the body of a request or an object that holds one."""
        if match := _VLLM.search(line):
            return _prompt(match["prompt"])
        if match := _SGLANG.search(line):
            return self._of_sglang(match["inner"])
        if (match := _IDS.search(line)) and "Received request" in line:
            return {"prompt": " ".join(match["ids"][1:-1].split(", "))}
        return _object_in(line) if _KEYS.search(line) else None

    def _of_sglang(self, inner: str) -> dict[str, Json] | None:
        name = _SGLANG_ID.search(inner)
        if name is not None:
            if name["rid"] in self._seen:
                return None
            self._seen.add(name["rid"])
        if held := _SGLANG_TEXT.search(inner):
            return _prompt(held["text"])
        ids = _IDS.search(inner)
        return {"prompt": " ".join(ids["ids"][1:-1].split(", "))} if ids else None


def _prompt(quoted: str) -> dict[str, Json] | None:
    try:
        return {"prompt": ast.literal_eval(quoted)}
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _object_in(line: str) -> dict[str, Json] | None:
    """The first object in a line, in JSON's spelling or in Python's."""
    for match, _ in zip(_OPENS.finditer(line), range(TRIES), strict=False):
        found = _json_at(line, match.start())
        found = _python_at(line, match.start()) if found is None else found
        if isinstance(found, dict):
            return found
    return None


def _json_at(line: str, at: int) -> Json:
    try:
        return json.JSONDecoder().raw_decode(line, at)[0]
    except (ValueError, RecursionError):
        return None


def _python_at(line: str, at: int) -> Json:
    try:
        return ast.literal_eval(line[at : _end_of(line, at)])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


_TOKENS = re.compile(rf"{_QUOTED}|[{{}}]")


def _end_of(line: str, at: int) -> int:
    """Where an object ends that begins at a place: its braces, those in strings left out."""
    depth = 0
    for match in _TOKENS.finditer(line, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(line)
