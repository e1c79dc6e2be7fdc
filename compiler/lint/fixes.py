"""Fixes, performed one by one: after each the files are looked at again, and what makes nothing better is refused."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
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
    paths: Sequence[Path], result: Result, config: Config, unsafe: bool
) -> tuple[list[str], list[str]]:
    """Perform fixes one by one, look again after each, and take back what makes nothing better.

    The texts are rendered and counted anew each time. Gives what was done and what was refused, in words.
    """
    done: list[str] = []
    refused: set[str] = set()
    while True:
        todo = [f for f in fixable(result.findings, unsafe) if f.identity not in refused]
        if not todo or len(done) >= MAX_FIXES:
            return done, sorted(refused and {_words(f) for f in _of(refused, result)})
        finding = todo[0]
        after = _tried(finding, paths, result, config)
        if after is None:
            refused.add(finding.identity)
        else:
            done.append(f"{_words(finding)}{_figures(finding, result, after)}")
            result = after


MAX_FIXES = 500


def _of(identities: set[str], result: Result) -> list[Finding]:
    return [f for f in result.findings if f.identity in identities]


def _words(finding: Finding) -> str:
    title = finding.evidence.fix.title if finding.evidence.fix else ""
    return f"{finding.evidence.origin}: {title} ({finding.code})"


def _figures(finding: Finding, before: Result, after: Result) -> str:
    """What the fix gained, in tokens per call."""
    then, now = lost_tokens(before), lost_tokens(after)
    return f": loses {now:,} tokens per call in place of {then:,}" if then != now else ""


def _tried(
    finding: Finding, paths: Sequence[Path], before: Result, config: Config
) -> Result | None:
    """What lint finds after a fix was written; None where nothing got better, and the files are as they were."""
    changed = changes(replace(before, findings=(finding,)), True)
    for file, text in changed.items():
        write_file(file.path, text)
    after = lint(paths, config)
    if changed and is_better(before, after):
        return after
    for file in changed:
        write_file(file.path, file.text)
    return None


def lost_tokens(result: Result) -> int:
    """Tokens that all findings lose together, per call."""
    return sum(f.evidence.loss.tokens for f in result.findings if f.evidence.loss)


def is_better(before: Result, after: Result) -> bool:
    """Whether there are fewer findings, or as many that lose fewer tokens; nothing may stop being analysed."""
    if after.failed and not before.failed:
        return False
    if len(after.findings) != len(before.findings):
        return len(after.findings) < len(before.findings)
    return lost_tokens(after) < lost_tokens(before)
