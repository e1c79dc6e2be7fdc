"""Which files lint reads, and which reader each belongs to."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

Kind = Literal["log", "template", "sgl", "python", "jinja"]

MAX_BYTES = 64 << 20
MAX_CODE_BYTES = 4 << 20
"""Greater files are not analysed, and said to be so."""

SKIPPED = frozenset({"node_modules", "__pycache__", "build", "dist", "site-packages", ".git"})
_ENDINGS: dict[str, Kind] = {
    ".jsonl": "log",
    ".ndjson": "log",
    ".sgl": "sgl",
    ".py": "python",
    ".j2": "jinja",
    ".jinja": "jinja",
    ".jinja2": "jinja",
    ".poml": "jinja",
    ".prompty": "jinja",
}
_CONVERSATION = re.compile(r"\bfor\s+\w+\s+in\s+\w*messages")
_OF_MODEL = re.compile(r"add_generation_prompt|\b(bos|eos)_token\b|raise_exception")
_TEMPLATES = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file with its text, named as reports name it."""

    name: str
    path: Path
    kind: Kind
    text: str


def kind_of(path: Path) -> Kind | None:
    """The reader of a file, by its name. A template that iterates `messages` is told by its text later."""
    if path.name in _TEMPLATES or path.name.endswith(".chat_template.jinja"):
        return "template"
    return _ENDINGS.get(path.suffix)


def files_in(
    paths: Sequence[Path], exclude: Sequence[str] = ()
) -> Iterator[tuple[Path, Kind | None]]:
    """The files under some paths, sorted, each once; a file that is named is read whatever its ending."""
    seen: set[Path] = set()
    for path in paths or (Path("."),):
        found = _walk(path) if path.is_dir() else [path]
        for file in found:
            kind = kind_of(file) or _of_server(file)
            if (kind is None and path.is_dir()) or file in seen:
                continue
            if not any(_matches(file, pattern) for pattern in exclude):
                seen.add(file)
                yield file, kind


_SERVED = re.compile(
    rb"Received request \S+: prompt: |Request \S+ details: prompt: |(Receive|Finish): obj=\w*ReqInput\("
    rb"|Request options: \{|\"messages\": ?\[\{"
)
_HEAD_BYTES = 1 << 18


def _of_server(file: Path) -> Kind | None:
    """A log of a server or a client that holds prompts, whatever else stands in it."""
    if file.suffix not in (".log", ".out"):
        return None
    try:
        with file.open("rb") as opened:
            return "log" if _SERVED.search(opened.read(_HEAD_BYTES)) else None
    except OSError:
        return None


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in SKIPPED)
        yield from (Path(here, name) for name in sorted(files))


def _matches(file: Path, pattern: str) -> bool:
    name = file.as_posix()
    return fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(name, f"*/{pattern}")


def told_by_text(file: InputFile) -> InputFile:
    """A Jinja file that renders a conversation is a chat template, whatever it is called."""
    if file.kind == "jinja" and _OF_MODEL.search(file.text) and _CONVERSATION.search(file.text):
        return replace(file, kind="template")
    return file


class Unreadable(Exception):
    """A file that can't be taken in, with the reason."""


def read(path: Path, kind: Kind) -> InputFile:
    """A file's text. Raises Unreadable."""
    try:
        size = path.stat().st_size
        if size > (MAX_BYTES if kind == "log" else MAX_CODE_BYTES):
            raise Unreadable(f"it is too large: {size:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    if kind == "log":
        return InputFile(str(path), path, kind, data.decode(errors="surrogateescape"))
    try:
        return InputFile(str(path), path, kind, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 text: byte {error.start} is not valid") from error
