"""What programs mean: the `.sgl` files in `semantics/` and `examples/` hold tests of their own, run here."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.compiler.testing.blocks import Report, Setup, run_file
from sglc.ir.meaning.interpret import run
from sglc.ir.module import Module
from sglc.ir.span import Source
from sglc.ir.target import Target
from sglc.ir.text.printer import print_module
from sglc.ir.verify.verifier import verify
from sglc.lang import compile_source

ROOT = Path(__file__).resolve().parents[2]
TARGET = Target.estimating()
FILES = [
    *sorted((Path(__file__).parent / "semantics").glob("*.sgl")),
    *(
        file
        for file in sorted((ROOT / "examples").glob("*.sgl"))
        if "\ntest " in file.read_text(encoding="utf-8")
    ),
]


def shown(report: Report) -> str:
    pairs = [f"{unmet.span.text}: {unmet.left!r}, {unmet.right!r}" for unmet in report.unmet]
    return f"{report.name}: {report.error} {pairs}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_tests_in_the_file_pass(file: Path) -> None:
    reports = run_file(file, Setup(TARGET))
    assert reports
    assert [shown(report) for report in reports if not report.passed] == []


def module_of(text: str) -> Module:
    module, found = compile_source(Source("t.sgl", text))
    assert [str(d) for d in found] == []
    assert module is not None
    assert verify(module) == []
    return module


def prompt_of(text: str, **args: object) -> str:
    """What the last call of a program `p` was asked with."""
    outcome = run(module_of(text), "p", args, target=TARGET)  # pyright: ignore[reportArgumentType]
    return TARGET.tokenizer.decode(outcome.transcript[-1].asked)


@pytest.mark.parametrize(
    ("body", "prompt"),
    [
        ('    "a"\n    if n > 1:\n        "b"\n    else:\n        "c"', "ab"),
        ('    "a"\n    for i in range(n):\n        "{i}"', "a01"),
        ('    "a"\n    while n > 5 max 3:\n        "x"', "a"),
        ('    "a"\n    fork i in range(n):\n        "{i}"\n        x = gen(max_tokens=1)', "a"),
        ('    "a"\n    fork i in range(n) as arms:\n        "{i}"\n    resume arms[1]', "a1"),
        ('    "a"\n    parallel:\n        arm: "b"\n        arm: "c"', "a"),
        ('    "a"\n    unordered:\n        section: "b"\n        section: "c"', "abc"),
        ('    "a"\n    x = gen(n=2, max_tokens=1)', "a"),
        ('    "{n} {0.1} {true} {1.0} {-2}"', "2 0.1 true 1.0 -2"),
        ('    n\n    " "\n    0.5', "2 0.5"),
        ("    use q(n)", "q2"),
        ('    r = other()\n    "{r}"', "7"),
    ],
)
def test_the_prompt_after_a_construct(body: str, prompt: str) -> None:
    text = f"""
prompt q(n: int):
    "q{{n}}"

program other() -> int:
    "elsewhere"
    return 7

program p(n: int) -> str:
{body}
    last = gen(max_tokens=2)
    return last
"""
    assert prompt_of(text, n=2).removeprefix("<s>") == prompt


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"""a\n    b"""', "a\nb"),
        ('"""\n    a\n      b\n    """', "a\n  b\n"),
        ('"""\n    a\n  """', "  a\n"),
        ('"""a\\\n    b"""', "ab"),
        ('"""\n    {n}\n      {n}"""', "2\n  2"),
        ("'''it's'''", "it's"),
        ('r"\\d{n}"', "\\d{n}"),
        ('r"""\n    \\a\n    """', "\\a\n"),
        ('"\\x41\\u00e9\\U0001F600\\t"', "Aé😀\t"),
        ('"{{n}} }}{{"', "{n} }{"),
        ('""', ""),
    ],
)
def test_literals(literal: str, value: str) -> None:
    module = module_of(f"program p(n: int) -> str:\n    x = {literal}\n    return x\n")
    assert run(module, "p", {"n": 2}, target=TARGET).result == value


def test_literal_types_keep_their_signs() -> None:
    module = module_of(
        "program p() -> -1 | -0.5 | 2:\n    x: -1 | -0.5 | 2 = gen()\n    return x\n"
    )
    (program,) = module.programs
    assert str(program.result) == "-1 | -0.5 | 2"


def test_options_reach_the_op() -> None:
    module = module_of(
        """
text END = "END"

program p(t: float, stops: list[str]) -> str:
    x = gen(max_tokens=3, min_tokens=1, temperature=t, top_p=0.9, top_k=40, min_p=0.1, stop=[END, "b"],
            stop_token_ids=[1], stop_regex=r"[0-9]+", seed=7, logprobs=true, top_logprobs=2,
            frequency_penalty=0.5, presence_penalty=-0.5, repetition_penalty=1.1, ignore_eos=true)
    y = gen(regex=r"[ab]+", stop=stops)
    z = gen(json="{{}}")
    w = gen(grammar="root ::= \\"a\\"", stop=x)
    return w
"""
    )
    lines = [line for line in print_module(module).splitlines() if " gen " in line]
    for part in ("max_tokens=3", "min_tokens=1", "top_p=0.9", "top_k=40", 'stop=["END", "b"]', "seed=7",
                 "stop_token_ids=[1]", 'stop_regex=["[0-9]+"]', "ignore_eos=true", "temperature=%t"):  # fmt: skip
        assert part in lines[0]
    assert "[ab]+" in lines[1]
    assert "stop=%stops" in lines[1]
    assert "{}" in lines[2]


def test_sites_are_numbered_in_source_order_with_the_indices_of_their_loops() -> None:
    module = module_of(
        """
program p(xs: list[str]):
    a = gen()
    for x in xs:
        fork 2:
            b = gen(temperature=1)
    c = gen()
"""
    )
    text = print_module(module)
    assert 'site "1" name "a"' in text
    assert 'site "2" at [%index, %index.1] name "b"' in text
    assert 'site "3" name "c"' in text
