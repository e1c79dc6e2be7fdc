"""The text of the IR: it reads back, it is canonical, and what is wrong with it is said where."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.ir.diagnostic import CompileFailed
from sglc.ir.module import Module, Param, Program
from sglc.ir.ops import OP_CLASSES, Arith, Block, Const, Format, Return, Value
from sglc.ir.structure import walk
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import literal, print_module
from sglc.ir.types import ANY, INT, STR

EVERY_OP = (Path(__file__).parent / "every_op.sglir").read_text()


def test_every_op_reads_back() -> None:
    module = parse_module(EVERY_OP)
    assert print_module(module) == EVERY_OP
    bodies = [owner.body for owner in (*module.programs, *module.fragments)]
    assert {type(op) for body in bodies for op in walk(body)} == set(OP_CLASSES)


def test_other_spelling_reads_the_same() -> None:
    text = EVERY_OP.replace("  ", " \t ").replace("{\n", "{ ; a comment\n\n").replace(" = ", "\n=")
    assert print_module(parse_module(text)) == EVERY_OP


def test_spans_cover_the_line_of_an_op() -> None:
    module = parse_module("program @f() -> int {\n  %a = add 1, 2\n  return %a\n}\n", "f.sglir")
    op = module.program("f").body.ops[0]
    assert op.span is not None
    assert (str(op.span), op.span.text) == ("f.sglir:2:3", "%a = add 1, 2")


def program_of(*names: str) -> Module:
    """A program whose values have these hints and are all used."""
    values = [Value(INT, name) for name in names]
    ops = [Arith(result=v, op="add", args=(Const(1, INT), Const(2, INT))) for v in values]
    used = Format(result=Value(STR), parts=tuple(values))
    body = Block((), (*ops, used, Return(value=Const(None, ANY))))
    return Module((Program("f", (), ANY, body),))


def names_in(module: Module) -> list[str]:
    lines = print_module(module).splitlines()[1:-3]
    return [line.split(" = ")[0].strip() for line in lines]


def test_names_are_chosen_from_hints() -> None:
    module = program_of("tip", "", "tip", "p0", "v0", "a b", "9", "_", "é", "tip.1")
    wanted = ["%tip", "%v0", "%tip.1", "%p0_", "%v0_", "%a_b", "%_9", "%__", "%é", "%tip_1"]
    assert names_in(module) == wanted
    assert names_in(parse_module(print_module(module))) == wanted


def test_a_parameter_keeps_its_name() -> None:
    value, other = Value(STR, "x"), Value(INT, "v0")
    ops = (
        Arith(result=other, op="neg", args=(Const(1, INT),)),
        Format(result=(text := Value(STR)), parts=(value, other)),
        Return(value=text),
    )
    module = Module((Program("f", (Param("v0", value),), STR, Block((value,), ops)),))
    text_of = print_module(module)
    assert "%v0: str @request" in text_of
    assert "%v1 = format(%v0, %v0_)" in text_of
    assert print_module(parse_module(text_of)) == text_of


def test_literals_hide_nothing() -> None:
    assert literal("a\u202eb\u2028\x7f\ud800é\n") == '"a\\u202eb\\u2028\\u007f\\ud800é\\n"'


def body(line: str) -> str:
    return f"program @f(%x: str @request) -> any {{\n  {line}\n  return null\n}}\n"


@pytest.mark.parametrize(
    ("text", "code", "where", "words"),
    [
        ("nonsense", "1001", "nonsense", "expected `template`, `extern`, `fragment` or `program`"),
        ("program @f() -> int {", "1001", "", "the end of the text"),
        ("program @f(%x) -> int { }", "1001", "%x", "expected `%name: type`"),
        ("program @f(%x: str @never) -> int {}", "1001", ")", "no lifetime `never`"),
        ("extern @a() -> int\nextern @a() -> int", "1005", "@a", "defined twice"),
        ("extern @a() -> integer", "1008", "integer", "unknown type"),
        (body("%y = txt %x"), "1002", "txt", "did you mean `text`"),
        (body("%y = insert %z, %x"), "1003", "%z", "`%z` is not bound here"),
        (body("%y = upper %longer"), "1002", "upper", "no op `upper`"),
        (body("%x = root"), "1005", "%x", "`%x` is defined twice"),
        (body("%y, %z = root"), "1009", "%y, %z = root", "1 results, 2 names"),
        (body("yield {"), "1004", "{", "not a constant"),
        (body("insert NaN"), "1001", "NaN", "expected an operand"),
        (body("yield [NaN]"), "1004", "[NaN]", "not a constant"),
        (body("yield " + "[" * 500 + "]" * 500), "1007", "[" * 20, "nested"),
        (body('%p, %v = gen %x (max_token=1) site "1"'), "1006", "max_token", "no sampling"),
        (body('%p, %v = gen %x (stop="a") site "1"'), "1006", 'stop="a"', "takes tuple"),
        (body('%p, %v = gen %x (n=true) site "1"'), "1006", "n=true", "takes int"),
        (body("%y = turn %x, begin narrator"), "1001", "narrator", "expected one of"),
        (body("if true {" * 90), "1007", "{if", "regions nested deeper"),
    ],
)
def test_errors(text: str, code: str, where: str, words: str) -> None:
    with pytest.raises(CompileFailed) as caught:
        parse_module(text)
    (found,) = caught.value.diagnostics
    assert found.span is not None
    assert (found.code, found.span.text) == (f"SGL{code}", where)
    assert words in found.headline


def test_a_value_of_an_inner_scope_is_not_bound_outside() -> None:
    line = "if true {\n  %y = add 1, 2\n  yield\n} else {\n  yield\n}\nyield %y"
    with pytest.raises(CompileFailed, match="`%y` is not bound here"):
        parse_module(body(line))
