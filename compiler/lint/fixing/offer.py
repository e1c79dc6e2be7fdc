"""Which fix a finding in Python has: a safe one before one that moves text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..finding import Finding
from ..inputs import InputFile
from .moves import moved
from .order import canonical
from .tree import Tree, tree_of


def with_fixes(findings: Iterable[Finding], files: Iterable[InputFile]) -> list[Finding]:
    """Findings with the fixes that are known for them."""
    texts = {file.name: file.text for file in files if file.kind == "python"}
    trees: dict[str, Tree | None] = {}
    return [_offered(finding, texts, trees) for finding in findings]


def _offered(finding: Finding, texts: dict[str, str], trees: dict[str, Tree | None]) -> Finding:
    evidence = finding.evidence
    file = evidence.origin.file
    if evidence.fix is not None or file not in texts:
        return finding
    if file not in trees:
        trees[file] = tree_of(file, texts[file])
    tree = trees[file]
    if tree is None:
        return finding
    fix = canonical(evidence, tree) or moved(evidence, tree)
    return replace(finding, evidence=replace(evidence, fix=fix)) if fix else finding
