"""Plan and trace files: what is not whole, not ours or not bounded is an error with a code."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_writer import TARGET, PlanWriter

from sglc.ir.target import ChatTemplate, Target
from sglc.runtime.plan.errors import CODES, RunError
from sglc.runtime.plan.file import (
    check_target,
    decode_plan,
    encode_plan,
    plan_digest,
    read_plan,
    write_plan,
)
from sglc.runtime.plan.schema import PLAN_VERSION, EvalStep, Lit, Ref
from sglc.runtime.trace.records import CallRecord, Header, Note, read_trace


def plan():
    writer = PlanWriter(parameters=[("x", "str")])
    value, _ = writer.gen(writer.insert(writer.text(writer.root(), "A"), Ref(0)), stop=["\n"])
    return writer.plan(Ref(value), source="a.sgl")


PLAN = plan()
DATA = encode_plan(PLAN)
VERSION = b'"version": %d' % PLAN_VERSION


def code_of(data: bytes) -> str:
    with pytest.raises(RunError) as failed:
        decode_plan(data)
    assert failed.value.code in CODES
    return failed.value.code


def test_a_plan_survives_the_file(tmp_path: Path):
    write_plan(PLAN, tmp_path / "a.plan.json")
    again = read_plan(tmp_path / "a.plan.json")
    assert again == PLAN
    assert plan_digest(again) == plan_digest(PLAN)


@given(st.integers(0, len(DATA) - 3))
def test_a_plan_cut_anywhere_is_an_error(end):
    assert code_of(DATA[:end]) == "SGL3001"


@given(st.binary(max_size=40))
def test_bytes_are_never_a_traceback(data):
    assert code_of(data) == "SGL3001"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (VERSION, b'"version": 99', "SGL3002"),
        (VERSION, b'"version": "1"', "SGL3002"),
        (b'"entry": "main"', b'"entry": "mian"', "SGL3004"),
        (b'"entry": "main"', b'"entry": 1', "SGL3001"),
        (b'"entry": "main"', b'"entri": "main"', "SGL3001"),
        (b'"registers": ', b'"registers": -', "SGL3004"),
        (b'"type": "insert"', b'"type": "exec"', "SGL3001"),
    ],
)
def test_a_plan_that_was_tampered_with_is_refused(old, new, code):
    assert old in DATA
    assert code_of(DATA.replace(old, new)) == code


def test_deep_nesting_is_refused_before_it_is_decoded():
    deep = b"{" + VERSION + b', "programs": ' + b"[" * 1_000_000
    assert code_of(deep) == "SGL3001"


def test_brackets_in_strings_do_not_count():
    writer = PlanWriter()
    writer.steps.append(EvalStep(writer.register(), Lit("[" * 500 + '\\"{' * 500)))
    assert decode_plan(encode_plan(writer.plan(Lit(None))))


def test_another_target_is_an_error_with_the_command_that_rebuilds():
    other = Target("other", TARGET.tokenizer, ChatTemplate("{{ messages }}"))
    check_target(PLAN.target, TARGET)
    with pytest.raises(RunError) as failed:
        check_target(PLAN.target, other, "a.plan.json", PLAN.source)
    assert failed.value.code == "SGL3003"
    assert "chat template" in failed.value.message
    assert "tokenizer" not in failed.value.message
    assert (
        failed.value.help
        == "`sglc build a.sgl --model other -o a.plan.json` builds it for this model"
    )


HEAD = msgspec.json.encode(Header(1, "p", "main", "mock", 0)).decode()
NOTE = msgspec.json.encode(Note(0, "SGL3901", "a loop ended")).decode()


def test_a_trace_reads_back(tmp_path: Path):
    call = CallRecord(
        "gen", 0, ["main"], 0, "1", [], "", [1, 2], outputs=[[3]], predicted_node=None
    )
    text = msgspec.json.encode(call).decode()
    (tmp_path / "t").write_text("\n".join([HEAD, text, NOTE]))
    trace = read_trace(tmp_path / "t")
    assert trace.calls == (call,)
    assert [note.code for note in trace.notes] == ["SGL3901"]


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ([NOTE], ":1:"),
        ([HEAD, HEAD], ":2:"),
        ([HEAD, NOTE, NOTE[:-3]], ":3:"),
        ([HEAD, '{"type": "x"}'], ":2:"),
    ],
)
def test_a_trace_that_is_none_names_its_line(tmp_path: Path, lines, where):
    (tmp_path / "t").write_text("\n".join(lines))
    with pytest.raises(RunError, match=where) as failed:
        read_trace(tmp_path / "t")
    assert failed.value.code == "SGL3005"
