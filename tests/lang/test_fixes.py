"""What a message offers to an editor mends the mistake: applied, the message is gone, and no new one came."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fenced import blocks

from sglc.ir.diagnostic import Diagnostic
from sglc.ir.span import Source
from sglc.lang import compile_source

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
SOURCES = [block.text for block in blocks(PAGE) if block.language == "sgl"]


def found(text: str) -> list[Diagnostic]:
    return compile_source(Source("fixes.sgl", text))[1]


def fixable(text: str) -> list[Diagnostic]:
    return [diagnostic for diagnostic in found(text) if diagnostic.fix is not None]


FIXABLE = [text for text in SOURCES if fixable(text)]


def test_there_are_enough() -> None:
    assert len(FIXABLE) >= 15


def applied(text: str, diagnostic: Diagnostic) -> str:
    assert diagnostic.fix is not None
    span = diagnostic.fix.span
    return text[: span.start] + diagnostic.fix.text + text[span.end :]


@pytest.mark.parametrize("text", FIXABLE)
def test_a_fix_mends_its_mistake(text: str) -> None:
    before = found(text)
    for diagnostic in fixable(text):
        after = found(applied(text, diagnostic))
        assert (diagnostic.code, diagnostic.headline) not in [(d.code, d.headline) for d in after]
        assert len(after) <= len(before), [d.headline for d in after]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('    answer = gen()\n    "{answr}"\n', '    answer = gen()\n    "{answer}"\n'),
        ("    gen(max_token=3)\n", "    gen(max_tokens=3)\n"),
        ('    gen(max_tokens="3")\n', "    gen(max_tokens=3)\n"),
        ("    x: strr = gen()\n", "    x: str = gen()\n"),
        ('    if q == "a"\n        "b"\n', '    if q == "a":\n        "b"\n'),
        ('    if q = "a":\n        "b"\n', '    if q == "a":\n        "b"\n'),
        ('    whlie q == "a" max 3:\n        "b"\n', '    while q == "a" max 3:\n        "b"\n'),
        ('    f"{q}"\n', '    "{q}"\n'),
        ("    x: str? = None\n", "    x: str? = none\n"),
        ('    a = upper("b"\n', '    a = upper("b")\n'),
        ("    for i range(3):\n        q\n", "    for i in range(3):\n        q\n"),
    ],
)
def test_what_is_offered(written: str, meant: str) -> None:
    head = "program p(q: str):\n"
    (diagnostic,) = found(head + written)
    assert applied(head + written, diagnostic) == head + meant


def test_most_messages_about_spelling_offer_a_fix() -> None:
    spelling = [
        d for text in SOURCES for d in found(text) if re.match("there is", "".join(d.helps))
    ]
    assert all(d.fix is not None for d in spelling if d.code != "SGL0120")
