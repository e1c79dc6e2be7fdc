"""Grammars in EBNF: what is wrong with one is said, and a sound one is what backends make of it."""

from __future__ import annotations

import pytest

from sglc.ir.constrained.ebnf import EbnfError, checked_rules

SOUND = [
    'root ::= "a"',
    'root ::= ""',
    'root ::= root "a" | "b"',
    'root ::= "a"\n  | "b"  # or so\n',
    'item ::= [^a-c\\]]{2,3} "\\"" # a class, and a quote\nroot ::= ("x" item)* "."? item{2} [0-9]{1,}',
    'root ::= my-rule | my_rule.2\nmy-rule ::= "a"\nmy_rule.2 ::= "b"',
    'root ::= "a"\nspare ::= "b" spare',  # nobody asks for it
    'root ::= "a" | x?\nx ::= "b" | "(" x ")"',
]
WRONG = {
    "": "no rule `root`",
    'start ::= "a"': "no rule `root`",
    'root ::= "a" root': "rule `root` never ends",
    "root ::= root": "rule `root` never ends",
    "root ::= []": "rule `root` never ends",
    'root ::= "a" | x\nx ::= "b" x': "rule `x` never ends",
    "root ::= x\nx ::= y\ny ::= x": "`root` never ends",
    'root ::= x{2}\nx ::= "a" x{1,}': "`root` never ends",
    "root ::= x": "no rule says what `x` is",
    'root ::= "a"\nroot ::= "b"': r"`root` stands here once more \(line 2, column 1\)",
    'root ::= ("a"': r"`\)` is expected, not `the end` \(line 1, column 14\)",
    'root ::= | "a"': "a text, which may be empty",
    "root ::= ": "a text, which may be empty",
    'root = "a"': "`=` is no part of a grammar",
    "root ::= 'a'": "`'` is no part of a grammar",
    "root ::= /a+/": "`/` is no part of a grammar",
    'root ::= "a" (?= "b")': "`=` is no part of a grammar",
    'root ::= TagDispatch(("a", x))\nx ::= "b"': "`,` is no part of a grammar",
    'root ::= "a': "is no part of a grammar",
    '"a"': "a rule, as in",
    "root ::= " + "(" * 500 + '"a"' + ")" * 500: "nested too deeply",
}


@pytest.mark.parametrize("grammar", SOUND)
def test_a_sound_grammar_is_read(grammar: str) -> None:
    assert "root" in checked_rules(grammar)


@pytest.mark.parametrize(("grammar", "message"), WRONG.items(), ids=[each[:40] for each in WRONG])
def test_what_is_wrong_is_said_with_its_place(grammar: str, message: str) -> None:
    with pytest.raises(EbnfError, match=message):
        checked_rules(grammar)
