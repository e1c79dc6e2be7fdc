"""Paths as values: the name that one ends with, and whether what stands there comes with the program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .holding import is_fixed, taints_in, union
from .texts import known_start, literal
from .values import Opaque, Value

NAMED = "path:"
"""What stands in front of the last part of a path in its label."""

_PROMPT_FILES = re.compile(
    r"prompt|template|instruction|system|persona|polic|rule|guide|manual|handbook|charter|playbook|rubric|style"
    r"|knowledge|glossary|brief|preamble|skill|duty|protocol|handout|codebook|runbook|primer|checklist|constitution",
    re.I,
)


def path_of(parts: Sequence[Value], label: str = "path") -> Opaque:
    """A path of its parts."""
    last = literal(parts[-1]) if parts else None
    name = f"{NAMED}{last.rpartition('/')[2]}" if last and "." in last.strip("./~") else label
    kept = all(map(is_fixed, parts)) or any(holds_prompts(known_start(each)) for each in parts)
    return Opaque(union(taints_in(each) for each in parts), label=name, is_fixed=kept)


def holds_prompts(words: str) -> bool:
    """Whether a file is one of a program's own texts by what it, or its folder, is called."""
    return bool(_PROMPT_FILES.search(words))


def file_named(value: Value) -> str:
    """The last part of a path, where that is known."""
    label = value.label if isinstance(value, Opaque) else literal(value) or ""
    return label.removeprefix(NAMED) if label.startswith(NAMED) else label.rpartition("/")[2]


def with_suffix(path: Opaque, module: str, suffix: str) -> Opaque:
    """`path.with_suffix(".x")`: of the module's own file, a file beside it."""
    stem = file_named(path) if path.label.startswith(NAMED) else ""
    stem = stem or (
        module.replace("\\", "/").rpartition("/")[2] if "__file__" in path.label else ""
    )
    return replace(
        path, label=f"{NAMED}{stem.rpartition('.')[0] or stem}{suffix}" if stem else path.label
    )
