"""`sglc build`: compile a program to a plan, or to the IR after the passes."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ...runtime.plan.file import encode_plan
from ..console.failures import show
from ..console.outputs import check_outputs, write_file
from ..driver.compilation import compile_files, read_by, split_entry
from .options import CompileOptions, watching

DEFAULT = CompileOptions()


def build(
    file: str,
    *more: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    emit: Literal["plan", "ir", "none"] = "plan",
    print_after: str = "",
    print_changed: Annotated[bool, Parameter(negative=())] = False,
    dump_dir: Path | None = None,
    options: CompileOptions = DEFAULT,
) -> int:
    """Compile a program to a plan, or to the IR after the passes.

    Parameters
    ----------
    file
        FILE[:program], `.sgl` or `.sglir`.
    more
        Files to build together with it: what their programs have in common is shared.
    output
        Where to write; stdout without it, or for `-`.
    emit
        What to write.
    print_after
        Print the IR after these passes (comma separated, or `all`) to stderr.
    print_changed
        Print the IR after each pass that changed it.
    dump_dir
        Write the IR after every pass into this folder.
    """
    path, entry = split_entry(file)
    check_outputs({"--output": output}, chain.from_iterable(map(read_by, [path, *more])))
    watch = watching(print_after, print_changed, dump_dir)
    made = compile_files([path, *more], options.driver_options(entry, watch), options.model)
    if made.warnings:
        show(made.warnings)
    if emit == "none":
        return 0
    if emit == "ir":
        from ...ir.text.printer import print_module

        data = print_module(made.module).encode()
    else:
        data = encode_plan(made.plan)
    write_file(output, data)
    return 0
