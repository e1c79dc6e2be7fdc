"""Which target a build is for: a model folder, or the estimate that stands in where none is at hand.

Reads tokenizer, template and configuration files; never weights, never torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...ir.target import Target
from ...runtime.models.config import context_of, read_config
from ...runtime.models.folders import find_model, resolve_model
from ...runtime.models.names import shown_name


@dataclass(frozen=True, slots=True)
class Choice:
    """A target, and what else the model's folder says. `folder` is None for the estimate."""

    target: Target
    folder: Path | None = None
    context: int | None = None


def told(choice: Choice, arguments: Mapping[str, Any], date: str = "") -> Choice:
    """The choice with arguments for its chat template, and the day that it sees."""
    return replace(choice, target=choice.target.told(arguments, date))


def today() -> str:
    """The day that chat templates see in a run that is not told another."""
    return datetime.now().astimezone().date().isoformat()


def choose_target(model: str | None = None) -> Choice:
    """The target that `--model` names; without a name the default model if it is ready, else the estimate.

    Raises ModelError, CompileFailed (SGL2010) when the named model can't be used.
    """
    if model is None:
        folder = find_model(None)
        return Choice(Target.estimating()) if folder is None else of_folder(folder)
    if model == "estimate":
        return Choice(Target.estimating())
    return of_folder(find_model(model) or resolve_model(model))


def of_folder(folder: Path) -> Choice:
    """The target of a model folder. Raises CompileFailed (SGL2010), ModelError when its files can't be read."""
    context = _context(folder)  # first: the tokenizer reads the same file, and would be blamed
    try:
        target = replace(Target.load(folder), name=shown_name(folder))
        return Choice(target, folder, context)
    except (OSError, ValueError) as error:
        problem = str(error).strip().splitlines()[0]
        raise CompileFailed(
            [
                Diagnostic(
                    "SGL2010",
                    f"the tokenizer of `{folder}` can't be used: {problem}",
                    helps=("save the model again with `save_pretrained`",),
                )
            ]
        ) from error


def _context(folder: Path) -> int | None:
    """How many tokens the model can hold, as its configuration says."""
    return context_of(read_config(folder)) if (folder / "config.json").is_file() else None
