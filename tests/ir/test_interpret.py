"""What the IR means, construct by construct, and how a row fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from targets import with_template

from sglc.ir.meaning.interpret import run
from sglc.ir.meaning.outcome import Outcome, RowFailed
from sglc.ir.sampling import call_seed
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.ir.values.limits import Json
from sglc.ir.verify.verifier import verify

TARGET = Target.estimating()
DECODE = TARGET.tokenizer.decode


def outcome(
    body: str,
    *,
    others: str = "",
    hosts: dict[str, Callable[..., object]] | None = None,
    orders: dict[int, tuple[int, ...]] | None = None,
    **args: Json,
) -> Outcome:
    text = f'{others}\nprogram @f(%x: str @request = "X", %xs: list[str] @request = ["a", "b"]) -> any {{\n{body}\n}}'
    module = parse_module(text)
    assert verify(module) == []
    return run(module, "f", args, target=TARGET, hosts=hosts, orders=orders)


def texts(found: Outcome) -> list[str]:
    """The prompts of all calls."""
    return [DECODE(call.asked) for call in found.transcript]


ASK = '%p{0}, %v{0} = gen %p (max_tokens=4) site "{0}"'


def test_forking_is_using_a_prompt_twice() -> None:
    found = outcome(f"""
%p0 = root
%p = text %p0, "Q:"
{ASK.format(1)}
{ASK.format(2)}
%q, %w = gen %p1 site "3"
%l = list(%v1, %v2)
return %l""")
    first, second, third = found.transcript
    assert first.asked == second.asked
    assert found.result == [first.value, second.value]
    assert third.asked == first.asked + tuple(i for i in first.returned if i not in {2})


def test_values_do_not_make_control_tokens() -> None:
    found = outcome(
        f'%p0 = root\n%p1 = text %p0, "<|im_end|>"\n%p = insert %p1, %x\n{ASK.format(9)}\nreturn 1',
        x="<|im_end|>",
    )
    assert found.transcript[0].asked[0] == 2
    assert 2 not in found.transcript[0].asked[1:]


def test_loops_carry_and_forks_collect() -> None:
    found = outcome("""
%p0 = root
%p, %n = for %xs from (%p0, 0) each (%i, %item, %q, %m) {
  %q1 = insert %q, %item
  %more = add %m, %i
  yield %q1, %more
}
%arms, %said = fork %xs arm (%j, %each) {
  %r = insert %p, %each
  %r1, %v = gen %r (max_tokens=3) site "1" at [%j]
  yield %r1, %v
}
%best = pick %arms, -1
%z, %c = select %best, ["yes", "no"] site "2"
%out = record(n=%n, said=%said, c=%c)
return %out""")
    assert isinstance(found.result, dict)
    assert found.result["n"] == 1
    assert texts(found)[:2] == ["aba", "abb"]
    assert found.result["said"] == [call.value for call in found.transcript[:2]]
    assert found.result["c"] in ("yes", "no")
    assert [call.indices for call in found.transcript] == [(0,), (1,), ()]


def test_a_while_loop_ends_at_its_limit_and_says_so() -> None:
    body = """
%n = while from (0) max {limit} cond (%a) {{
  %more = lt %a, 3
  yield %more
}} do (%i, %b) {{
  %c = add %b, 1
  yield %c
}}
return %n"""
    assert outcome(body.format(limit=9)).limits_reached == ()
    stopped = outcome(body.format(limit=2))
    assert (stopped.result, len(stopped.limits_reached)) == (2, 1)


def test_comprehensions_sections_and_functions() -> None:
    found = outcome(f"""
%long = collect %xs each (%s) {{
  %up = builtin upper(%s)
  %keep = ne %s, "b"
  yield %up, %keep
}}
%p0 = root
%p = unordered %p0 section (%a) {{
  %a1 = text %a, "one "
  yield %a1
}} section (%b) {{
  %b1 = text %b, "two"
  yield %b1
}}
{ASK.format(1)}
return %long""")
    assert found.result == ["A"]
    assert texts(found) == ["one two"]


def test_a_batch_gives_its_order_to_the_program_it_runs_and_to_no_other() -> None:
    body = f"""
%p0 = root
%p = unordered %p0 batch 3 section (%a) {{
  %a1 = text %a, "one "
  yield %a1
}} section (%b) {{
  %b1 = text %b, "two "
  yield %b1
}}
{ASK.format(1)}"""
    called = f"program @g() -> str {{{body}\nreturn %v1\n}}"
    found = outcome(
        body + '\n%r: str = call @g() site "3"\nreturn %r', others=called, orders={3: (1, 0)}
    )
    assert texts(found) == ["two one ", "one two "]


def test_seeds_follow_the_place_of_a_call() -> None:
    others = """program @g() -> list[str] {
  %p = root
  %v = gen %p (temperature=1, max_tokens=3, n=2) site "5"
  return %v
}"""
    found = outcome('%r: list[str] = call @g() site "3" at [7]\nreturn %r', others=others)
    path = ("f", "3", "g", "5")
    assert [call.path for call in found.transcript] == [path, path]
    assert [call.indices for call in found.transcript] == [(7,), (7,)]
    assert [c.seed for c in found.transcript] == [call_seed(0, 0, path, (7,), i) for i in (0, 1)]
    assert found.result == [call.value for call in found.transcript]


def test_fragments_name_their_calls_by_both_places() -> None:
    others = """fragment @g(%q: prompt, %n: int @request) {
  %q1 = insert %q, %n
  %q2, %v = gen %q1 (temperature=1, max_tokens=3) site "1" at [%n]
  yield %q2
}"""
    body = '%p = root\n%q = use %p, @g(4) site "2" at [9]\nreturn 1'
    (call,) = outcome(body, others=others).transcript
    assert (call.path, call.indices) == (("f", "2.1"), (9, 4))


def test_turns_are_what_the_template_writes() -> None:
    found = outcome(f"""
%p0 = root
%a = turn %p0, begin user
%b = insert %a, %x
%c = turn %b, end user
%p = turn %c, begin assistant
{ASK.format(1)}
return 1""")
    assert texts(found) == ["<|im_start|>user\nX<|im_end|>\n<|im_start|>assistant\n"]


def under(kind: str, body: str, whole: bool = False, **args: Json) -> list[str]:
    """What the calls of a program are asked under a template of that kind."""
    module = parse_module(f'program @f(%x: str @request = " a\\n") -> any {{\n{body}\n}}')
    assert verify(module) == []
    target = with_template(TARGET, kind).target
    return texts(run(module, "f", args, target=target, renders_whole=whole))


SPOKEN = """
%p0 = root
%p1 = turn %p0, begin user
%p2 = insert %p1, %x
%p3 = text %p2, " b "
%p4 = turn %p3, end user
%p5 = turn %p4, begin assistant
%p6 = text %p5, " Well: "
%p7, %v = gen %p6 (max_tokens=4) site "1"
%p8 = text %p7, " so."
%p9 = turn %p8, end assistant
%p10 = turn %p9, begin user
_, %w = gen %p10 (max_tokens=4) site "2"
return %v"""


def test_contents_are_trimmed_as_the_template_does_it_and_answers_stand_as_they_were_said() -> None:
    first, second = under("trims", SPOKEN)

    assert first.endswith("user<|end_header_id|>\n\na\n b<|eot_id|>"
                          "<|start_header_id|>assistant<|end_header_id|>\n\nWell:")  # fmt: skip
    answer = second.removeprefix(first).partition(" so.<|eot_id|>")[0]
    assert answer
    assert second == f"{first}{answer} so.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"


def test_tools_are_handed_to_the_template_and_what_it_does_not_write_stays_a_value() -> None:
    body = """
%p0 = root
%p1 = turn %p0, begin system tools [{"name": "search"}]
%p2 = insert %p1, %x
%p3 = turn %p2, end system
%p4 = turn %p3, begin assistant
_, %v = gen %p4 (max_tokens=4) site "1"
return %v"""
    (asked,) = under("shows tools, so that it renders whole", body, x="Be brief.")

    assert asked == (
        '<|im_start|>system\nTools: [{"name": "search"}]\nBe brief.<|im_end|>\n'
        "<|im_start|>assistant\n"
    )
    (said,) = under("shows tools, so that it renders whole", body, x="<|im_end|>")
    assert said.count("<|im_end|>") == 2
    module = parse_module(f"program @f(%x: str @request) -> any {{\n{body}\n}}")
    target = with_template(TARGET, "shows tools, so that it renders whole").target
    (call,) = run(module, "f", {"x": "<|im_end|>"}, target=target).transcript
    assert call.asked.count(TARGET.tokenizer.special["<|im_end|>"]) == 1


def test_a_template_that_changes_what_was_said_renders_it_anew() -> None:
    body = SPOKEN.replace('" Well: "', '"A zebra:"')
    (first, second) = under("renders whole", body, whole=True)

    assert first.endswith("<|im_start|>assistant 2\nA horse:")
    assert second.startswith(first)


def test_declared_types_give_values() -> None:
    found = outcome("""
%p = root
%q, %v = gen %p as type "{n: int}" site "1"
%n = field %v, n
%r, %w = gen %q (max_tokens=1) as type "list[int]?" site "2"
%l = list(%n, %w)
return %l""")
    assert isinstance(found.result, list)
    assert isinstance(found.result[0], int)
    assert found.result[1] is None
    assert isinstance(found.transcript[0].value, dict)


def test_hosts_and_computed_parameters() -> None:
    found = outcome(
        """
%n = host @size(%x)
%p = root
%q, %v = gen %p (ignore_eos=true) dynamic (max_tokens=%n) site "1"
return %n""",
        others="extern @size(t: str) -> int",
        hosts={"size": len},
        x="four",
    )
    assert (found.result, len(found.transcript[0].returned)) == (4, 4)


@pytest.mark.parametrize(
    ("code", "where", "body"),
    [
        ("3301", "index", "%v = index %xs, 9\nreturn %v"),
        ("3303", "div", "%v = div 1, 0\nreturn %v"),
        ("3501", "host", "%v: any = host @gone()\nreturn %v"),
        ("3502", "host", "%v: any = host @fails()\nreturn %v"),
        ("3503", "host", "%v = host @wrong()\nreturn %v"),
        ("3201", "gen", '%p = root\n%q, %v = gen %p (max_tokens=1) as type "{a: str}" site "1"\nreturn 1'),
        ("3102", "gen", '%p = root\n%q, %v = gen %p as grammar "x" site "1"\nreturn 1'),
        ("3205", "select", '%p = root\n%q, %v = select %p, ([]: list[str]) site "1"\nreturn 1'),
        ("3207", "gen", '%p = root\n%q, %v = gen %p dynamic (max_tokens=%x) site "1"\nreturn 1'),
        ("3104", "image", '%p = root\n%q = image %p, "a.png"\nreturn 1'),
    ],
)  # fmt: skip
def test_a_row_fails_with_a_code_and_a_place(code: str, where: str, body: str) -> None:
    others = "extern @gone() -> any\nextern @fails() -> any\nextern @wrong() -> int"
    hosts: dict[str, Callable[..., object]] = {"fails": lambda: 1 // 0, "wrong": lambda: "no"}
    with pytest.raises(RowFailed) as caught:
        outcome(body, others=others, hosts=hosts)
    assert caught.value.code == code
    assert caught.value.span is not None
    assert where in caught.value.span.text


def test_a_parameter_is_missing() -> None:
    module = parse_module("program @f(%x: str @request) -> str {\n  return %x\n}")
    with pytest.raises(RowFailed, match="needs the parameter `x`"):
        run(module, "f", {}, target=TARGET)
