"""Names that an import gives."""

from __future__ import annotations

import ast

from .machine import Run
from .names import imported_module, member
from .values import Ext, ModuleInfo, Value


def imported(run: Run, module: ModuleInfo, node: ast.Import | ast.ImportFrom) -> dict[str, Value]:
    """The names that an import binds."""
    found: dict[str, Value] = {}
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            inner = run.project.find(target, module)
            whole = run.project.find(alias.name, module)
            if whole is not None:
                run.prepare(run, whole)
            found[name] = imported_module(run, inner) if inner else Ext(target)
        return found
    base = (
        run.project.relative(module, node.level, node.module or "")
        if node.level
        else run.project.find(node.module or "", module)
    )
    for alias in node.names:
        name = alias.asname or alias.name
        held = member(run, base, alias.name) if base is not None else None
        if base is not None and alias.name == "*":
            run.prepare(run, base)
            found |= {k: v for k, v in base.env.items() if not k.startswith("_")}
            continue
        found[name] = held or Ext(f"{node.module or ''}.{alias.name}".lstrip("."))
    return found
