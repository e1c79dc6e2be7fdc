"""`break` and `continue` mean what they mean in Python: random loops, read by both.

The loops are written in what the two languages share. Names are bound in every arm that goes on, so
each may be read behind the `if`; conditions compare the iteration with small numbers, so that loops are
left early, late and never.
"""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from tiers import first_of
from validation import Case, assert_same_meaning

from sglc.ir.diagnostic import has_errors
from sglc.ir.meaning.interpret import run
from sglc.ir.span import Source
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.ir.verify.verifier import verify
from sglc.lang import compile_source
from sglc.passes.pipeline import pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline

PROGRAMS = 300
TARGET = Target.estimating()


class Writer:
    """Writes one random program. `bound`: the names that may be read at the place that is written."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fresh = 0

    def program(self) -> str:
        lines = ["n = 0", "log = [0]", *self.loop(["n"], "", 0)]
        return "\n".join(f"    {line}" for line in lines)

    def loop(self, bound: list[str], around: str, depth: int) -> list[str]:
        self.fresh += 1
        item = f"i{self.fresh}"
        size = self.random.randint(0, 4)
        if self.random.random() < 0.3:
            head = [f"{item} = 0", f"while {item} < {size} and n < 90:"]
            first = [f"{item} += 1"]
        else:
            head, first = [f"for {item} in range({size}):"], []
        body = self.block([*bound, item], item, depth + 1, self.random.randint(2, 4))
        return [*head, *(f"    {line}" for line in (*first, *body))]

    def block(self, bound: list[str], item: str, depth: int, size: int) -> list[str]:
        lines: list[str] = []
        for _ in range(size):
            kind = self.random.random()
            if kind < 0.45 and depth < 6:
                lines += self.branch(bound, item, depth)
            elif kind < 0.55 and depth < 3:
                lines += self.loop(list(bound), item, depth)
            else:
                lines += [f"n += {self.random.choice(bound)} + 1", "log = log + [n]"]
        return lines

    def branch(self, bound: list[str], item: str, depth: int) -> list[str]:
        """An `if`; where an arm does not jump at its end, it binds a new name, which is read behind."""
        self.fresh += 1
        name = f"x{self.fresh}"
        arms = self.random.randint(1, 3)
        has_else = self.random.random() < 0.7
        lines: list[str] = []
        binds = has_else
        for number in range(arms + has_else):
            word = ("if", "elif")[number > 0] if number < arms else "else"
            condition = "" if word == "else" else f" {item} == {self.random.randint(0, 4)}"
            lines.append(f"{word}{condition}:")
            inner = self.block(list(bound), item, depth + 1, self.random.randint(0, 2))
            end = self.random.choice(["break", "continue", "", ""])
            body = [*inner, f"log = log + [{number}]", end or f"{name} = n + {number}"]
            lines += [f"    {line}" for line in body]
        if binds and any(line.startswith(f"    {name} =") for line in lines):
            bound.append(name)
        return lines


def as_sgl(body: str) -> str:
    lines = [
        f"{line[:-1]} max 50:" if " and n < 90:" in line else line for line in body.split("\n")
    ]
    return (
        "program p() -> {n: int, log: list[int]}:\n" + "\n".join(lines) + "\n    return {n, log}\n"
    )


def asking(sgl: str) -> str:
    """The same program, in which each step joins the prompt and some ask the model."""
    said = re.sub(r"^( +)(log = log \+ \[n\])$", r'\1\2\n\1"{n} "', sgl, flags=re.MULTILINE)
    ask = re.compile(r"^( +)(log = log \+ \[[12]\])$", re.MULTILINE)
    return ask.sub(r"\1\2\n\1gen(max_tokens=2)", said)


def by_python(body: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec("def p():\n" + body + "\n    return {'n': n, 'log': log}", names)
    return names["p"]()


@pytest.mark.parametrize("seed", first_of(100, PROGRAMS))
def test_loops_are_left_as_in_python(seed: int) -> None:
    body = Writer(seed).program()
    module, found = compile_source(Source("loops.sgl", as_sgl(body)))
    assert not has_errors(found), (body, [d.headline for d in found])
    assert module is not None
    assert verify(module) == []
    again = print_module(parse_module(print_module(module)))
    assert again == print_module(module)
    assert run(module, "p", {}, target=TARGET).result == by_python(body)


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("seed", range(0, PROGRAMS, 30))
def test_passes_keep_what_loops_ask(seed: int, level: int) -> None:
    module, found = compile_source(Source("loops.sgl", asking(as_sgl(Writer(seed).program()))))
    assert module is not None, [d.headline for d in found]
    after = run_pipeline(module, pipeline(level), Context(TARGET), RunOptions(verify=2))
    assert assert_same_meaning(module, after, Case("p", {}), TARGET) is not None
