"""Fixes, performed: safe ones change bytes that carry no meaning, and only where the finding then is gone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..console.outputs import write_file
from .config import Config
from .finding import Edit, Finding
from .inputs import InputFile
from .run import Result, lint


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after edits, of which overlapping ones are left out."""
    end = len(text)
    for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
        if edit.end <= end:
            text = text[: edit.start] + edit.text + text[edit.end :]
            end = edit.start
    return text


def fixable(findings: Sequence[Finding], unsafe: bool) -> list[Finding]:
    """The findings that a fix is at hand for."""
    return [
        f for f in findings if f.evidence.fix is not None and (f.evidence.fix.is_safe or unsafe)
    ]


def changes(result: Result, unsafe: bool) -> dict[InputFile, str]:
    """The files that fixes change, with their new text."""
    edits: dict[str, list[Edit]] = {}
    for finding in fixable(result.findings, unsafe):
        assert finding.evidence.fix is not None
        for edit in finding.evidence.fix.edits:
            edits.setdefault(edit.file, []).append(edit)
    by_name = {file.name: file for file in result.files}
    found = {
        by_name[name]: edited(by_name[name].text, each)
        for name, each in edits.items()
        if name in by_name
    }
    return {file: text for file, text in found.items() if text != file.text}


def as_diff(changed: dict[InputFile, str]) -> str:
    """What fixes would change."""
    found: list[str] = []
    for file, text in changed.items():
        lines = difflib.unified_diff(
            file.text.splitlines(keepends=True),
            text.splitlines(keepends=True),
            file.name,
            f"{file.name} (fixed)",
        )
        found += [line if line.endswith("\n") else line + "\n" for line in lines]
    return "".join(found)


def apply(
    paths: Sequence[Path], changed: dict[InputFile, str], config: Config, before: Result
) -> tuple[list[str], list[str]]:
    """Write fixes, look again, and take back those after which there are not fewer findings; names of both."""
    kept: list[str] = []
    refused: list[str] = []
    for file, text in changed.items():
        write_file(file.path, text)
        after = lint(paths, config)
        if _count(after, file) < _count(before, file):
            kept.append(file.name)
        else:
            write_file(file.path, file.text)
            refused.append(file.name)
    return kept, refused


def _count(result: Result, file: InputFile) -> int:
    return sum(f.evidence.origin.file == file.name for f in result.findings)
