"""`sglc passes`: the pipeline with the reason for each place, or the page of one pass."""

from __future__ import annotations

import inspect

from ...passes.pipeline import PASSES, REGISTRY
from ...passes.running.options import option_fields
from ..console.failures import UsageError
from ..console.terminal import put


def passes(name: str | None = None) -> int:
    """List the passes, or print the page of one.

    Parameters
    ----------
    name
        The pass whose page is printed.
    """
    if name is None:
        _list()
        return 0
    if name not in REGISTRY:
        listed = ", ".join(f"`{known}`" for known in sorted(REGISTRY))
        raise UsageError("SGL2021", f"no pass is called `{name}`", f"there are {listed}")
    put(page(name))
    return 0


def page(name: str) -> str:
    """The documentation of a pass: its docstring and its options."""
    kind = REGISTRY[name]
    lines = [name, "", inspect.cleandoc(kind.__doc__ or "")]
    options = option_fields(kind)
    if options:
        lines += ["", "Options:"]
    for option, annotation, default in options:
        lines.append(f"  {option}: {getattr(annotation, '__name__', annotation)} = {default}")
    return "\n".join(lines)


def _list() -> None:
    put("The pipeline, in order; the number is the lowest level at which a pass runs.\n")
    for level, step in PASSES:
        first = inspect.cleandoc(type(step).__doc__ or "").splitlines()[0]
        put(f"  -O{level}  {step.name:16} {first}")
