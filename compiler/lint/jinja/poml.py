"""POML as Jinja: loops, variables and conditions that stand in attributes, and expressions of JavaScript."""

from __future__ import annotations

import re

import jinja2

_LET = re.compile(
    r"<let\s+name=[\"'](\w+)[\"']\s+(?:value|type=\S+\s+value)=(?:\"([^\"]*)\"|'([^']*)')\s*(?:/>|>\s*</let>)"
)
_FOR = re.compile(r"(<[\w-]+[^<>]*?)\bfor=[\"'](\w+) in ([^\"']+)[\"']")
_CLOCKS = re.compile(r"new Date\(\)(?:\.\w+\([^)]*\))*|Date\.now\(\)")
_DRAWS = re.compile(r"crypto\.randomUUID\(\)|Math\.random\(\)")
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.S)


def in_jinja(text: str) -> str:
    """A file in which everything that Jinja understands is written in its way; lines stay where they are."""
    text = _LET.sub(lambda m: f"{{% set {m[1]} = {_expression(m[2] or m[3] or '')} %}}", text)
    text = _FOR.sub(_loop, text)
    return _EXPRESSION.sub(lambda m: f"{{{{ {_expression(m[1])} }}}}", text)


def _loop(match: re.Match[str]) -> str:
    """A loop of which the list is written where it begins; an item of it is one of the list."""
    before, item, items = match.groups()
    source = _expression(items)
    return f"{{% set {item} = ({source})[0] %}}{{{{ {source} }}}}{before}"


def _expression(words: str) -> str:
    """An expression in Jinja's words; what can't be said in them is a value of which nothing is known."""
    known = _DRAWS.sub("uuid4()", _CLOCKS.sub("now()", words)).replace("===", "==")
    lines = "\n" * words.count("\n")
    try:
        jinja2.Environment().compile_expression(known)
    except jinja2.TemplateSyntaxError:
        return f"unknown{lines}"
    return known.strip() + "\n" * (words.count("\n") - known.strip().count("\n"))
