"""What each call was asked and what it answered, for a person to read while a run goes on (`--show-prompts`)."""

from __future__ import annotations

from ...ir.target import Tokenizer
from ...runtime.trace.records import CallRecord, Record, with_texts
from .terminal import tell

WIDTH = 100


class PromptPrinter:
    """A trace sink that prints calls to stderr: a line that says which, the prompt, and each answer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def add(self, record: Record) -> None:
        """Print one call."""
        if isinstance(record, CallRecord) and record.is_call:
            tell("\n".join(lines_of(with_texts(record, self._tokenizer.decode))))


def lines_of(call: CallRecord) -> list[str]:
    """A call in words."""
    where = ".".join(map(str, [*call.path, call.site, *call.indices]))
    name = f" {call.name}" if call.name else ""
    lines = [_rule(f"row {call.row}  {call.kind}{name} at {where}  {len(call.prompt)} tokens")]
    lines.append(call.prompt_text)
    if call.error is not None:
        return [*lines, _rule("failed"), str(call.error)]
    for at, text in enumerate(call.texts if call.kind == "gen" else []):
        lines += [
            _rule(f"answer, ended by {call.finish[at]}" if at < len(call.finish) else "answer"),
            text,
        ]
    for at, text in enumerate(call.choice_texts):
        mark = "chosen" if at == call.chosen else "choice"
        score = f"{call.scores[at]:.4f}" if at < len(call.scores) else "no score"
        lines += [_rule(f"{mark}, {score}"), text]
    return lines


def _rule(text: str) -> str:
    return f"--- {text} ".ljust(WIDTH, "-")
