"""The TextMate grammar knows the words that the language knows, and colours what it should."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.module import LIFETIMES
from sglc.lang.check.builtin_types import BUILTINS

FILE = Path(__file__).parents[2] / "editors" / "sgl.tmLanguage.json"
GRAMMAR: dict[str, Any] = json.loads(FILE.read_text("utf-8"))


def rules(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from rules(inner)


def scopes(line: str, group: str) -> set[str]:
    """The scopes that the rules of one repository entry give to parts of a line."""
    found: set[str] = set()
    for rule in rules(GRAMMAR["repository"][group]):
        match = re.search(rule["match"], line) if "match" in rule else None
        if match:
            found |= {rule["name"]} if "name" in rule else set()
            captures = rule.get("captures", {}).items()
            found |= {capture["name"] for number, capture in captures if match[int(number)]}
    return found


def test_every_pattern_compiles_and_every_include_exists():
    for rule in rules(GRAMMAR):
        for key in ("match", "begin"):
            re.compile(rule.get(key, ""))
        assert rule.get("include", "#line")[1:] in GRAMMAR["repository"]


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_builtins_are_coloured(name: str):
    assert "support.function.builtin.sgl" in scopes(f"x = {name}(y)", "call")


@pytest.mark.parametrize("name", LIFETIMES)
def test_lifetimes_are_coloured(name: str):
    assert scopes(f"p: str @{name}", "lifetime") == {"storage.modifier.lifetime.sgl"}


def test_declarations_and_turns():
    assert "entity.name.function.sgl" in scopes(
        "program triage(document: str) -> str:", "declaration"
    )
    assert "storage.modifier.sgl" in scopes("extern pure def find(q: str) -> str", "declaration")
    assert "storage.modifier.sgl" in scopes("extern total def note(q: str)", "declaration")
    assert scopes("    system: x", "turn") == {"entity.name.tag.sgl"}
    assert scopes("    systematic = 1", "turn") == set()


def test_formats_and_jumps():
    assert "constant.other.format.sgl" in scopes("{price:.2f}", "inside")
    assert "constant.other.format.sgl" not in scopes("{title[:1]}", "inside")
    assert scopes("        continue", "control") == {"keyword.control.sgl"}
