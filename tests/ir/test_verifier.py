"""What the verifier refuses, one case per rule, and where it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.ir.module import Module, Param, Program
from sglc.ir.ops import Block, Const, Fork, Gen, If, Return, Root, Text, Value, Yield
from sglc.ir.text.parser import parse_module
from sglc.ir.types import INT, PROMPT, STR
from sglc.ir.verify.verifier import verify

EVERY_OP = (Path(__file__).parent / "every_op.sglir").read_text()

HEADER = """
extern @look(a: int) -> str
fragment @plain(%q: prompt, %n: int @request) {
  %q1 = insert %q, %n
  yield %q1
}
fragment @opening(%q: prompt) {
  %q1 = turn %q, begin user
  %q2 = turn %q1, end user
  yield %q2
}
"""


def codes(body: str, result: str = "any", header: str = HEADER) -> list[str]:
    lines = "\n  ".join(body.strip().splitlines())
    text = (
        f"{header}program @f(%x: str @request, %c: bool @request) -> {result} {{\n  {lines}\n}}\n"
    )
    return [found.code.removeprefix("SGL") for found in verify(parse_module(text))]


def test_every_op_is_well_formed() -> None:
    assert verify(parse_module(EVERY_OP)) == []


IF = "if %c {\n  yield {then}\n} else {\n  yield {orelse}\n}"

CASES = [
    ("1105", "%p = root"),
    ("1105", "yield %x"),
    ("1105", "return 1\n%p = root\nreturn 2"),
    ("1105", "if %c {\n  return 1\n} else {\n  yield\n}\nreturn 1"),
    ("1105", "%p = root\n_ = for [1] from (%p) each (%i, %v, %q) {\n  %r = insert %q, %v\n}\nreturn 1"),
    ("1105", "%a = fork arm {\n  %v = add 1, 2\n}\nreturn %a"),
    ("1104", "%a = if %c {\n  yield 1, 2\n} else {\n  yield 1\n}\nreturn %a"),
    ("1104", "%a = for [1] from (0) each (%i) {\n  yield %i\n}\nreturn %a"),
    ("1104", "%a, %b = fork arm {\n  yield 1\n}\nreturn %a"),
    ("1104", "%a = collect [1] each (%i) {\n  yield %i\n}\nreturn %a"),
    ("1104", '%p = root\n%q = use %p, @plain() site "1"\nreturn 1'),
    ("1104", "%a = builtin len()\nreturn %a"),
    ("1103", "%p = insert %x, 1\nreturn 1"),
    ("1103", "%p = root\n%q = insert %p, [1]\nreturn 1"),
    ("1106", "%p = root\n%q = insert %p, %p\nreturn 1"),
    ("1106", "%p = root\n%q = image %p, %p\nreturn 1"),
    ("1103", "for %x from () each (%i, %v) {\n  yield\n}\nreturn 1"),
    ("1103", "%a = field {\"a\": 1}, b\nreturn %a"),
    ("1103", "%a = index 3, 0\nreturn %a"),
    ("1103", '%a: str = host @look("no")\nreturn %a'),
    ("1103", "%a: str = add 1, 2\nreturn %a"),
    ("1103", '%p = root\n%q, %v = select %p, [1] site "1"\nreturn 1'),
    ("1103", '%p = root\n%q, %v = gen %p site "1" at ["a"]\nreturn 1'),
    ("1103", "%a = while from (1) max %x cond (%n) {\n  yield true\n} do (%i, %n.1) {\n  yield 1\n}\nreturn 1"),
    ("1106", "%p = root\n%a = eq %p, %p\nreturn 1"),
    ("1106", "%p = root\nreturn %p"),
    ("1106", "%p = root\n%l = list(%p, 1)\nreturn 1"),
    ("1106", "%p = root\n%r = record(p=%p)\nreturn 1"),
    ("1107", "%p = root\n%q = turn %p, end user\nreturn 1"),
    ("1107", "%p = root\n%q = turn %p, begin user\n%r = turn %q, begin user\nreturn 1"),
    ("1107", "%p = root\n%q = turn %p, begin user\n%r = turn %q, end assistant\nreturn 1"),
    ("1107", '%p = root\n%q = turn %p, begin user\n%r = use %q, @opening() site "1"\nreturn 1'),
    ("1107", "%p = root\n%q = turn %p, begin user\n%a = fork arm {\n  %r = turn %q, end user\n  yield %r\n}\nreturn 1"),
    ("1107", "%p = root\n%q = turn %p, begin user\n%a = if %c {\n  yield %p\n} else {\n  yield %q\n}\nreturn 1"),
    ("1107", "%p = root\n%o = root\n%a = if %c {\n  yield %p\n} else {\n  yield %o\n}\nreturn 1"),
    ("1107", "%p = root\n%a = for [1] from (%p) each (%i, %v, %q) {\n"
     "  %r = turn %q, begin user\n  yield %r\n}\nreturn 1"),
    ("1108", '%p = root\n%q, %v = gen %p site "1"\n%r, %w = gen %q site "1"\nreturn 1'),
    ("1109", '%p = root\nfor [1] from () each (%i, %v) {\n'
     '  %q, %w = gen %p (temperature=1) site "1"\n  yield\n}\nreturn 1'),
    ("1110", "%a: int = host @nothing()\nreturn 1"),
    ("1110", '%a: int = call @nothing() site "1"\nreturn 1'),
    ("1110", '%p = root\n%q = use %p, @nothing() site "1"\nreturn 1'),
    ("1110", "%a: int = builtin nothing(1)\nreturn 1"),
    ("1111", '%a: any = call @f("", true) site "1"\nreturn 1'),
    ("1112", '%p = root\n%q = unordered %p section (%s) {\n  %t, %v = gen %s site "1"\n  yield %t\n}\nreturn 1'),
    ("1112", '%l = collect [1] each (%i) {\n  %a = host @look(%i)\n  yield %a, true\n}\nreturn 1'),
    ("1113", '%a: str = host @look(1) pure\nreturn 1'),
    ("1113", '%p = root\n%q, %v: int = gen %p as type "integer" site "1"\nreturn 1'),
    ("1113", '%p = root\nnone, %v = gen %p site "1"\nreturn 1'),
    ("1113", '%p = root\n%q, %v, %s = gen %p site "1"\nreturn 1'),
    ("1113", '%p = root\n%q = text %p, "ab" marks [1:5 begin user]\nreturn 1'),
    ("1113", '%p = root\n%q = unordered %p batch 0 section (%o) {\n  yield %o\n}\n'
     '%r = unordered %q batch 0 section (%s) {\n  yield %s\n} section (%t) {\n  yield %t\n}\nreturn 1'),
    ("1113", '%p = root\n%q = unordered %p batch 0 section (%s) {\n  %t = turn %s, begin user\n'
     '  %u = turn %t, end user\n  yield %u\n}\nreturn 1'),
]  # fmt: skip


@pytest.mark.parametrize(("code", "body"), CASES)
def test_refused(code: str, body: str) -> None:
    found = codes(body)
    assert code in found
    assert len(set(found)) == 1


def test_calls_of_different_arms_may_share_a_site() -> None:
    body = """
%p = root
%q = if %c {
  %a, %v = gen %p site "1"
  yield %a
} else {
  %b, %w = gen %p site "1"
  yield %b
}
return 1"""
    assert codes(body) == []


def test_a_turn_may_hold_arms_and_loops() -> None:
    body = """
%p = root
%q = turn %p, begin user
%r = for ["a"] from (%q) each (%i, %v, %s) {
  %t = insert %s, %v
  yield %t
}
%arms = fork [1, 2] arm (%j, %w) {
  %u = insert %r, %w
  yield %u
}
%z = pick %arms, 0
%e = turn %z, end user
return 1"""
    assert codes(body) == []


def test_recursion_through_fragments() -> None:
    header = """
fragment @a(%q: prompt) {
  %r = use %q, @b() site "1"
  yield %r
}
fragment @b(%q: prompt) {
  %r = use %q, @a() site "1"
  yield %r
}
"""
    assert codes("return 1", header=header) == ["1111", "1111"]


def program_of(*ops: object, params: tuple[Param, ...] = ()) -> list[str]:
    body = Block(tuple(p.value for p in params), (*ops, Return(value=Const(1, INT))))  # type: ignore[arg-type]
    return [
        found.code.removeprefix("SGL")
        for found in verify(Module((Program("f", params, INT, body),)))
    ]


def test_a_value_is_bound_once_and_before_its_use() -> None:
    prompt, later = Value(PROMPT, "p"), Value(PROMPT, "q")
    root = Root(result=prompt)
    assert program_of(root, Root(result=prompt)) == ["1102"]
    assert program_of(Text(result=later, prompt=prompt, text=""), root) == ["1101"]


def test_a_value_of_a_region_is_not_bound_outside() -> None:
    inner, out = Value(PROMPT, "inner"), Value(PROMPT, "out")
    block = Block((), (Root(result=inner), Yield(values=())))
    fork = Fork(results=(), items=None, bodies=(block,))
    assert program_of(fork, Text(result=out, prompt=inner, text="")) == ["1101"]
    other = Block((), (Text(result=out, prompt=inner, text=""), Yield(values=())))
    assert program_of(If(results=(), cond=Const(True, INT), then=block, orelse=other)) == ["1101"]


def test_parameters_are_the_arguments_of_the_body() -> None:
    param, other = Value(STR, "a"), Value(STR, "b")
    body = Block((other,), (Return(value=Const(1, INT)),))
    module = Module((Program("f", (Param("a", param), Param("a", other)), INT, body),))
    assert [found.code.removeprefix("SGL") for found in verify(module)] == ["1104", "1102"]


def test_a_gen_with_n_leaves_the_prompt() -> None:
    root = Root(result=Value(PROMPT))
    gen = Gen(
        prompt=Value(PROMPT), value=Value(STR), source=root.result, site="1",
        dynamic=(("n", Const(2, INT)),),
    )  # fmt: skip
    assert program_of(root, gen) == ["1113"]
