"""The planner on small programs: shared heads, groups, bundles, predictions, and what it refuses."""

from __future__ import annotations

import pytest

from sglc.compiler.driver.compilation import Build, Options, compile_module
from sglc.compiler.driver.targets import Choice
from sglc.compiler.planner import parameter_schema
from sglc.compiler.planner.registers import MAX_DEPTH
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.span import Source
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.lang.compile import compile_source
from sglc.runtime.plan import schema as p

TARGET = Target.estimating()


def compiled(text: str, **options: object) -> Build:
    """The build of a source text for the estimating target."""
    module, diagnostics = compile_source(Source("t.sgl", text))
    assert module is not None, [str(d) for d in diagnostics]
    return compile_module(module, Options(**options), Choice(TARGET, context=400))  # type: ignore[arg-type]


def family(build: Build, name: str, program: str | None = None) -> p.Family:
    """The only family of that name."""
    found = [f for f in build.plan.families if f.name == name and program in (None, f.program)]
    assert len(found) == 1
    return found[0]


def text_of(build: Build, node: int) -> str:
    """The literal text from the root to a node."""
    parts = []
    while node >= 0:
        entry = build.plan.nodes[node]
        parts.append(entry.text)
        node = entry.parents[0] if entry.parents else -1
    return "".join(reversed(parts))


def test_static_heads_are_one_node_across_programs() -> None:
    build = compiled(
        """
program inner(x: str) -> str:
    "You are careful. Look at this: {x}\\nSay:"
    a = gen(max_tokens=8)
    return a

program outer(x: str) -> str:
    "You are careful. Look at this: {x}\\nName:"
    b = gen(max_tokens=8)
    r = inner(x=b)
    return r
"""
    )
    heads = [n for n in build.plan.nodes if n.text.startswith("You are careful.")]
    assert len(heads) == 1
    assert build.plan.entry == "outer"
    inner = family(build, "a", "inner")
    assert heads[0].id in inner.expected


def test_nodes_hold_the_ids_that_they_settle() -> None:
    build = compiled(
        'program t() -> str:\n    "One two three: four"\n    a = gen(max_tokens=4)\n    return a\n'
    )
    settled = [i for n in build.plan.nodes if n.kind in ("root", "text") for i in n.ids or []]
    whole = TARGET.tokenizer.encode(
        [__import__("sglc.ir.target", fromlist=["Part"]).Part("One two three: four", True)]
    )
    assert tuple(settled) == (*TARGET.tokenizer.bos_ids, *whole)[: len(settled)]
    assert len(whole) - len(settled) <= 2


FORK = """
program t(xs: list[str], context: str) -> list[str]:
    "{context}\\n\\n"
    fork x in xs:
        "Look at {x}."
%s
    return a
"""


def test_a_fork_whose_arms_certainly_ask_has_a_group() -> None:
    build = compiled(FORK % "        a = gen(max_tokens=4)")
    (group,) = build.plan.groups
    assert text_of(build, group.node).endswith("Look at ")
    assert family(build, "a").expected == [group.node]


def test_a_fork_whose_arms_may_not_ask_has_none() -> None:
    body = '        a = ""\n        if x == "y":\n            a = gen(max_tokens=4)'
    assert compiled(FORK % body).plan.groups == []


def test_independent_calls_start_together_and_dependent_ones_do_not() -> None:
    source = """
program one(x: str) -> str:
    "Say {x}:"
    a = gen(max_tokens=4)
    return a

program two(x: str) -> list[str]:
    r = one(x=x)
    s = one(x=x + "!")
    t = one(x=r)
    return [r, s, t]
"""
    steps = next(q for q in compiled(source).plan.programs if q.name == "two").steps
    bundles = [step for step in steps if isinstance(step, p.TogetherStep)]
    assert [len(b.steps) for b in bundles] == [2]
    flat = next(q for q in compiled(source, level=0).plan.programs if q.name == "two").steps
    assert not [step for step in flat if isinstance(step, p.TogetherStep)]


def test_host_functions_keep_their_order_and_are_not_crossed() -> None:
    steps = (
        compiled(
            """
extern def note(x: str) -> str

program t() -> list[str]:
    "Say:"
    a: list[str] = gen(n=2, max_tokens=4)
    x = note("1")
    "{x}"
    b: list[str] = gen(n=2, max_tokens=4)
    y = note("2")
    return [x, y]
""",
            level=0,
        )
        .plan.programs[0]
        .steps
    )
    kinds = [type(s).__name__ for s in steps if isinstance(s, p.GenStep | p.HostStep)]
    assert kinds == ["GenStep", "HostStep", "GenStep", "HostStep"]


def test_a_loop_finds_the_iteration_before() -> None:
    build = compiled(
        """
program t() -> str:
    "Start:"
    a = ""
    while a != "x" max 4:
        a = gen(max_tokens=4)
        " again:"
    return a
"""
    )
    found = family(build, "a")
    assert found.out_node in found.cached_at
    assert -1 in found.expected


def test_the_second_call_of_a_prompt_finds_the_first() -> None:
    build = compiled(
        """
program t(q: str) -> str:
    "Question: {q}\\nAnswer:"
    a: list[str] = gen(n=3, max_tokens=4)
    best = majority(a)
    " {best}. Why?"
    b = gen(max_tokens=4)
    return b
"""
    )
    first, second = family(build, "a"), family(build, "b")
    assert first.node in second.cached_at
    assert (first.wave, second.wave) == (0, 1)


@pytest.mark.parametrize(
    ("entry", "code"), [("nix", "SGL2002"), (None, "SGL2003")], ids=["not there", "several"]
)
def test_the_entry_must_be_plain(entry: str | None, code: str) -> None:
    source = 'program a() -> str:\n    return "a"\n\nprogram b() -> str:\n    return "b"\n'
    with pytest.raises(CompileFailed) as failure:
        compiled(source, entry=entry)
    assert [d.code for d in failure.value.diagnostics] == [code]


def test_advice_names_limits_that_cannot_be_kept() -> None:
    build = compiled(
        """
program t() -> {alpha: str, beta: list[int]}:
    "Say:"
    a: {alpha: str, beta: list[int]} = gen(max_tokens=3)
    return a
"""
    )
    assert "SGL2101" in [d.code for d in build.warnings]


def test_advice_names_text_longer_than_the_context() -> None:
    words = "word " * 500
    build = compiled(
        f'program t() -> str:\n    "{words}"\n    a = gen(max_tokens=3)\n    return a\n'
    )
    assert "SGL2102" in [d.code for d in build.warnings]


def test_parameters_have_a_schema() -> None:
    build = compiled('program t(q: str, n: int = 3, kind: "a" | "b" = "a") -> str:\n    return q\n')
    schema = parameter_schema(build.plan.programs[0])
    assert schema["required"] == ["q"]
    assert schema["properties"]["n"] == {"type": "integer", "default": 3}
    assert schema["additionalProperties"] is False


def test_a_later_call_of_a_program_finds_its_literal_head_and_no_more() -> None:
    """Behind an argument the text is another one each time; the head is the same node in every instance."""
    build = compiled(
        """
program about(x: str) -> str:
    "Read this with care: {x}\\nSay:"
    a = gen(max_tokens=8)
    return a

program both(x: str, y: str) -> str:
    p = about(x=x)
    q = about(x=y)
    return p + q
"""
    )
    found = family(build, "a")
    (head,) = [n.id for n in build.plan.nodes if n.text.startswith("Read this")]
    assert found.expected == [-1, head]
    assert head in found.cached_at


ASKING_LOOP = """program @main() -> str {
  %p0 = root
  %p1 = text %p0, "Play a round.\\n"
  %p2, %last = while from (%p1, "") max 3 cond (%p3, _) {
    %p4 = text %p3, "Go on? "
    _, %more = select %p4, ["yes", "no"] site "1" name "more"
    %goes_on = eq %more, "yes"
    yield %goes_on
  } do (_, %p5, _) {
    %p6 = text %p5, "Move: "
    %p7, %move = gen %p6 site "2" name "move"
    yield %p7, %move
  }
  return %last
}
"""


def test_what_the_condition_of_a_loop_asks_stands_behind_the_head_of_the_loop() -> None:
    build = compile_module(parse_module(ASKING_LOOP), Options(), Choice(TARGET, context=400))
    (head,) = [n for n in build.plan.nodes if n.kind == "join"]
    asked = [build.plan.nodes[family(build, name).node] for name in ("more", "move")]
    assert [node.text for node in asked] == ["Go on? ", "Move: "]
    assert [node.parents for node in asked] == [[head.id], [head.id]]


FORKED = """
program t(items: list[str]) -> {b: list[str], c: str}:
    "Read the head of this first.\\n"
    a = gen(max_tokens=4)
    "\\nMore of it, and then some.\\n"
    fork x in items:
        "Word {x}: "
        b = gen(max_tokens=4)
    "Last of {len(b)}: "
    c = gen(max_tokens=4)
    return {b, c}
"""


def test_behind_a_fork_that_may_have_no_arms_what_was_asked_before_it_may_be_found() -> None:
    build = compiled(FORKED)
    (more,) = [n.id for n in build.plan.nodes if n.text.startswith("\nMore")]
    assert family(build, "c").cached_at == [family(build, "a").out_node, more]


def depth(expr: object) -> int:
    """How many operations stand in each other."""
    if isinstance(expr, p.ArithExpr):
        return 1 + max(depth(each) for each in expr.args)
    return 0


@pytest.mark.parametrize("count", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 40])
def test_an_expression_is_written_whole_up_to_a_depth(count: int) -> None:
    sums = "".join(f"    v{n + 1} = v{n} * {n + 2}\n" for n in range(count))
    (main,) = compiled(f"program p(v0: int) -> int:\n{sums}    return v{count}\n").plan.programs
    found = [depth(step.expr) for step in main.steps if isinstance(step, p.EvalStep)]
    found += [depth(step.value) for step in main.steps if isinstance(step, p.ReturnStep)]
    assert sum(found) == count
    assert max(found) == min(count, MAX_DEPTH)
