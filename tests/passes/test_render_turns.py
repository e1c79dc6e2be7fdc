"""`render-turns`: the text of every call is what the chat template renders for the same messages.

Random programs of turns are run twice by a small evaluator of this file: once with their turns, where each call
renders its messages through the template, and once after the pass, where a prompt is text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from validation import Case, assert_same_meaning

from sglc.ir.diagnostic import CompileFailed
from sglc.ir.module import Module, Param, Program
from sglc.ir.ops import (
    Block,
    Builtin,
    Const,
    Echo,
    Edge,
    For,
    Fork,
    Format,
    Gen,
    If,
    Insert,
    Op,
    Operand,
    Pick,
    Return,
    Role,
    Root,
    Text,
    Turn,
    Unordered,
    Value,
    While,
    Yield,
)
from sglc.ir.structure import walk
from sglc.ir.target import ChatTemplate, Target, TemplateError, Tokenizer
from sglc.ir.target.pool import POOL
from sglc.ir.target.turns import Trim
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.ir.types import BOOL, INT, PROMPT, STR, ListType
from sglc.ir.values import operations as values
from sglc.ir.verify.verifier import verify
from sglc.passes.render_turns import RenderTurns
from sglc.passes.running.context import Context

TEMPLATES = Path(__file__).parents[1] / "ir" / "target" / "templates"


@cache
def target(name: str) -> Target:
    """The estimating tokenizer with one of the templates kept as data."""
    source = (TEMPLATES / f"{name}.jinja").read_text("utf-8")
    return Target(name, Tokenizer.estimating(), ChatTemplate(source, {"bos_token": "<|begin|>"}))


# --- a small evaluator ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Chat:
    """A prompt before the pass: closed messages, and the one that is open."""

    closed: tuple[tuple[str, str], ...] = ()
    role: str = ""
    content: str = ""


class Evaluator:
    """Runs the ops that these programs have; `asked` collects the text of every call."""

    def __init__(self, chat: Target | None) -> None:
        self.chat = chat
        self.asked: list[str] = []
        self.env: dict[Value, Any] = {}

    def run(self, program: Program, args: Sequence[object]) -> list[str]:
        self.block(program.body, args)
        return self.asked

    def of(self, operand: Operand) -> Any:
        return operand.value if isinstance(operand, Const) else self.env[operand]

    def block(self, block: Block, args: Sequence[object] = ()) -> list[Any]:
        self.env.update(zip(block.args, args, strict=True))
        for op in block.ops:
            if isinstance(op, Yield):
                return [self.of(value) for value in op.values]
            self.op(op)
        return []

    def op(self, op: Op) -> None:
        match op:
            case Root():
                self.env[op.result] = Chat() if self.chat else ""
            case Turn():
                self.env[op.result] = self.turn(op, self.of(op.prompt))
            case Text():
                self.env[op.result] = self.append(self.of(op.prompt), op.text)
            case Echo():
                self.env[op.result] = self.echo(op)
            case Insert():
                self.env[op.result] = self.append(
                    self.of(op.prompt), values.text_form(self.of(op.value))
                )
            case Gen():
                after = self.gen(self.of(op.source))
                if op.prompt is not None:
                    self.env[op.prompt] = after
            case Format():
                self.env[op.result] = values.format_text([self.of(part) for part in op.parts])
            case Builtin():
                self.env[op.result] = values.call_builtin(
                    op.name, [self.of(arg) for arg in op.args]
                )
            case Pick():
                self.env[op.result] = self.of(op.prompts)[self.of(op.index)]
            case If():
                arm = op.then if self.of(op.cond) else op.orelse
                self.env.update(zip(op.results, self.block(arm), strict=True))
            case For():
                carried = [self.of(init) for init in op.inits]
                for index, item in enumerate(self.of(op.items)):
                    carried = self.block(op.body, (index, item, *carried))
                self.env.update(zip(op.results, carried, strict=True))
            case Fork() if op.items is not None:
                rows = [
                    self.block(op.bodies[0], (n, item)) for n, item in enumerate(self.of(op.items))
                ]
                self.env.update(zip(op.results, map(list, zip(*rows, strict=True)), strict=True))
            case Unordered():
                prompt = self.of(op.prompt)
                for section in op.sections:
                    (prompt,) = self.block(section, (prompt,))
                self.env[op.result] = prompt
            case Return():
                pass
            case _:
                raise NotImplementedError(type(op).__name__)

    def echo(self, op: Echo) -> str:
        before, after = self.of(op.before), self.of(op.after)
        assert after.startswith(before)
        return self.of(op.prompt) + Trim(op.left, op.right).apply(after.removeprefix(before))

    def turn(self, op: Turn, chat: Chat) -> Chat:
        if op.edge == "begin":
            return replace(chat, role=op.role, content="")
        return Chat((*chat.closed, (op.role, chat.content)))

    def append(self, prompt: Chat | str, text: str) -> Chat | str:
        return (
            prompt + text
            if isinstance(prompt, str)
            else replace(prompt, content=prompt.content + text)
        )

    def gen(self, prompt: Chat | str) -> Chat | str:
        """Ask; what is said goes on from all that the program wrote, white space at its end, too."""
        if isinstance(prompt, str):
            self.asked.append(prompt)
            return prompt + self.said()
        self.asked.append(self.render(prompt))
        return replace(prompt, content=prompt.content + self.said())

    def said(self) -> str:
        """What the call says; some of it begins or ends with white space, some is nothing else."""
        number = len(self.asked)
        return (f"<{number}>", f" <{number}>", f"<{number}>\n", " ", f"<{number}>")[number % 5]

    def render(self, chat: Chat) -> str:
        assert self.chat
        assert self.chat.template
        messages = [{"role": role, "content": content} for role, content in chat.closed]
        if chat.role == "assistant" and not chat.content:
            return self.chat.template.render(messages, add_generation_prompt=True)
        final = {"role": chat.role, "content": chat.content}
        if chat.content:
            return self.chat.template.render([*messages, final], continue_final_message=True)
        marked = self.chat.template.render(
            [*messages, final | {"content": "QzQ"}], continue_final_message=True
        )
        return marked.removesuffix("QzQ")


# --- random programs -----------------------------------------------------------------------------

SPACE = st.sampled_from(["", " ", "\n", " \n\t", "  "])
WORD = st.sampled_from(["a", "b c", "é", "x\n\ny", "", ""])
STRING = st.tuples(SPACE, WORD, SPACE).map("".join)


@st.composite
def items(draw: st.DrawFn, depth: int = 2) -> list[tuple[Any, ...]]:
    """What one turn holds."""
    kinds = ["text", "text", "text", "value", "value", "gen", "unordered"] + (
        ["if", "for", "for"] if depth else []
    )
    found: list[tuple[Any, ...]] = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(kinds))
        match kind:
            case "text" | "value":
                found.append((kind, draw(STRING)))
            case "if":
                found.append(
                    (
                        kind,
                        draw(st.booleans()),
                        draw(items(depth=depth - 1)),
                        draw(items(depth=depth - 1)),
                    )
                )
            case "for":
                found.append(
                    (kind, draw(st.lists(STRING, max_size=3)), draw(items(depth=depth - 1)))
                )
            case "unordered":
                found.append((kind, draw(st.lists(STRING, min_size=1, max_size=3))))
            case _:
                found.append((kind,))
    return found


class Builder:
    """Makes a program of turns; every value, condition and list is a parameter."""

    def __init__(self) -> None:
        self.params: list[Param] = []
        self.args: list[object] = []
        self.sites = itertools.count()

    def param(self, value: object) -> Value:
        kind = (
            BOOL if isinstance(value, bool) else ListType(STR) if isinstance(value, list) else STR
        )
        made = Value(kind, f"v{len(self.params)}")
        self.params.append(Param(made.hint, made))
        self.args.append(value)
        return made

    def program(self, turns: Sequence[tuple[Role, list[tuple[Any, ...]]]]) -> Program:
        root = Value(PROMPT)
        ops: list[Op] = [Root(root)]
        prompt = root
        for role, content in turns:
            prompt = self.turn(ops, prompt, role, "begin")
            prompt = self.content(ops, content, prompt, None)
            prompt = self.turn(ops, prompt, role, "end")
        ops.append(Return(Const("", STR)))
        body = Block(tuple(param.value for param in self.params), tuple(ops))
        return Program("main", tuple(self.params), STR, body)

    def turn(self, ops: list[Op], prompt: Value, role: Role, edge: Edge) -> Value:
        return self.add(ops, lambda r, p: Turn(r, p, role, edge), prompt)

    def add(self, ops: list[Op], make: Any, prompt: Value) -> Value:
        result = Value(PROMPT)
        ops.append(make(result, prompt))
        return result

    def content(
        self, ops: list[Op], content: list[tuple[Any, ...]], prompt: Value, item: Value | None
    ) -> Value:
        for entry in content:
            prompt = self.entry(ops, entry, prompt, item)
        return prompt

    def entry(
        self, ops: list[Op], entry: tuple[Any, ...], prompt: Value, item: Value | None
    ) -> Value:
        match entry:
            case ("text", text):
                return self.add(ops, lambda r, p: Text(r, p, text), prompt)
            case ("value", text):
                value = item or self.param(text)
                return self.add(ops, lambda r, p: Insert(r, p, value), prompt)
            case ("gen",):
                site = str(next(self.sites))
                return self.add(ops, lambda r, p: Gen(r, Value(STR), p, site), prompt)
            case ("unordered", texts):
                return self.add(
                    ops, lambda r, p: Unordered(r, p, tuple(map(self.section, texts))), prompt
                )
            case ("if", cond, then, orelse):
                blocks = [self.arm(arm, prompt, item) for arm in (then, orelse)]
                result = Value(PROMPT)
                ops.append(If((result,), self.param(cond), blocks[0], blocks[1]))
                return result
            case ("for", rows, inside):
                args = (Value(INT), Value(STR), Value(PROMPT))
                body: list[Op] = []
                end = self.content(body, inside, args[2], args[1])
                result = Value(PROMPT)
                block = Block(args, (*body, Yield((end,))))
                ops.append(For((result,), self.param(rows), (prompt,), block))
                return result
            case _:
                raise NotImplementedError(entry)

    def section(self, text: str) -> Block:
        start = Value(PROMPT)
        ops: list[Op] = []
        end = self.add(ops, lambda r, p: Text(r, p, text), start)
        return Block((start,), (*ops, Yield((end,))))

    def arm(self, content: list[tuple[Any, ...]], prompt: Value, item: Value | None) -> Block:
        ops: list[Op] = []
        end = self.content(ops, content, prompt, item)
        return Block((), (*ops, Yield((end,))))


TURNS = st.lists(
    st.tuples(st.sampled_from(["user", "assistant", "system"]), items()), min_size=1, max_size=4
)
NAMES = st.sampled_from(
    [
        "trims",
        "trims",
        "trims_users",
        "inserts_system",
        "thinks_first",
        "thinks_later",
        "marks_last",
    ]
)


EMPTY_LOOP = ("for", [], [("text", "a")])


@settings(max_examples=100, deadline=None)
@given(turns=TURNS, name=NAMES)
@example(turns=[("assistant", [EMPTY_LOOP, ("gen",)])], name="thinks_later")
@example(turns=[("assistant", [EMPTY_LOOP, ("gen",)])], name="marks_last")
def test_every_call_is_asked_with_what_the_template_renders(
    turns: list[tuple[Role, list[tuple[Any, ...]]]], name: str
) -> None:
    turns = [("user", [("text", "Hi")]), *turns, ("assistant", [("gen",)])]
    builder = Builder()
    program = builder.program(turns)
    module = Module((program,))
    after = RenderTurns().run(module, Context(target(name)))
    assert not verify(after), print_module(after)
    if any(isinstance(op, Turn) for op in walk(after.programs[0].body)):
        # whether the turn says anything where a call asks decides how it is opened, and only the run can tell
        assert name in ("thinks_first", "thinks_later", "marks_last")
        assume(False)  # it is one more than the hundred that are compared
    expected = Evaluator(target(name)).run(program, builder.args)
    assert Evaluator(None).run(after.programs[0], builder.args) == expected, print_module(after)


# --- what must not happen ------------------------------------------------------------------------


def rendered(text: str, name: str) -> tuple[Module, Context]:
    context = Context(target(name)).named("render-turns")
    return RenderTurns().run(parse_module(text), context), context


CHAT = """
program @chat(%question: str @request) -> str {
  %p0 = root
  %p1 = turn %p0, begin user
  %p2 = insert %p1, %question
  %p3 = turn %p2, end user
  %p4 = turn %p3, begin assistant
  %p5, %answer = gen %p4 site "1"
  %p6 = turn %p5, end assistant
  %p7 = turn %p6, begin user
  %p8 = text %p7, "Shorter."
  %p9 = turn %p8, end user
  %p10 = turn %p9, begin assistant
  _, %short = gen %p10 site "2"
  return %short
}
"""


def turns_left(module: Module) -> int:
    return sum(isinstance(op, Turn) for program in module.programs for op in walk(program.body))


def test_a_template_that_moves_contents_leaves_every_turn_and_says_so() -> None:
    text = CHAT.replace("begin user", "begin system", 1).replace("end user", "end system", 1)
    text = text.replace(
        "%p4 = turn %p3, begin assistant",
        "%q1 = turn %p3, begin user\n  %q2 = turn %q1, end user\n  %p4 = turn %q2, begin assistant",
    )
    after, context = rendered(text, "merges_system")
    assert turns_left(after) == turns_left(parse_module(text))
    (remark,) = context.remarks
    assert "PFX502" in remark.what
    assert "once, in order" in remark.why


def test_a_template_that_takes_back_how_a_turn_began_says_so_at_the_call() -> None:
    after, context = rendered(CHAT, "thinks_first")
    assert turns_left(after) == 0
    (echo,) = (op for op in walk(after.programs[0].body) if isinstance(op, Echo))
    assert not echo.left | echo.right
    (remark,) = (remark for remark in context.remarks if remark.action == "warns")
    assert "in another way" in remark.what
    assert "<think>" in remark.why
    assert remark.span
    assert "gen %p4" in remark.span.text
    assert remark.tokens


def test_roots_of_turns_have_no_bos_of_their_own() -> None:
    for name in ("inserts_system", "merges_system"):
        after, _ = rendered(CHAT, name)
        assert [op.bos for op in walk(after.programs[0].body) if isinstance(op, Root)] == [False]


def test_text_that_the_template_adds_is_reported() -> None:
    _, context = rendered(CHAT, "inserts_system")
    assert "You answer in one sentence." in context.remarks[0].why


def test_a_raw_completion_is_left_alone() -> None:
    raw = parse_module(
        'program @raw() -> str {\n  %p = root\n  _, %x = gen %p site "1"\n  return %x\n}\n'
    )
    assert RenderTurns().run(raw, Context(target("trims"))) is raw


def test_a_refused_order_is_an_error_at_the_turn() -> None:
    text = CHAT.replace("begin assistant", "begin user").replace("end assistant", "end user")
    with pytest.raises(CompileFailed) as caught:
        rendered(text, "refuses")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SGL2201"
    assert diagnostic.headline == "the chat template refuses a user turn after a user turn"
    assert diagnostic.span
    assert "turn %p3" in diagnostic.span.text
    assert "must alternate" in diagnostic.labels[0].text


def test_a_template_that_comes_to_no_end_is_an_error_at_the_first_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever takes the process down that renders it is the template's fault, and none of the pass."""

    def never(*_: Any) -> Any:
        raise TemplateError("the template does not come to an end within 10 s")

    monkeypatch.setattr(POOL, "render_all", never)
    endless = replace(
        target("trims"), template=ChatTemplate("{% for _ in range(99999) %}{% endfor %}")
    )
    with pytest.raises(CompileFailed) as caught:
        RenderTurns().run(parse_module(CHAT), Context(endless).named("render-turns"))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SGL2201"
    assert "does not come to an end" in diagnostic.labels[0].text
    assert diagnostic.span
    assert "turn %p0" in diagnostic.span.text


def test_a_target_without_a_template_is_an_error() -> None:
    bare = replace(target("trims"), template=None)
    with pytest.raises(CompileFailed) as caught:
        RenderTurns().run(parse_module(CHAT), Context(bare))
    assert caught.value.diagnostics[0].code == "SGL2202"


def test_a_template_with_a_clock_is_pinned_and_reported() -> None:
    after, context = rendered(CHAT, "dated")
    assert turns_left(after) == 0
    assert [remark.action for remark in context.remarks] == ["warns", "did"]
    assert "2026-01-01" in context.remarks[0].what


PERHAPS_SYSTEM = """
program @chat(%strict: bool @request) -> str {
  %p0 = root
  %p1 = if %strict {
    %a0 = turn %p0, begin system
    %a1 = text %a0, "Be strict."
    %a2 = turn %a1, end system
    yield %a2
  } else {
    yield %p0
  }
  %p2 = turn %p1, begin user
  %p3 = text %p2, "Hi"
  %p4 = turn %p3, end user
  %p5 = turn %p4, begin assistant
  _, %answer = gen %p5 site "1"
  return %answer
}
"""


def test_an_opening_that_depends_on_the_path_stands_where_the_turn_before_it_ended() -> None:
    after, _ = rendered(PERHAPS_SYSTEM, "inserts_system")
    assert turns_left(after) == 0


def test_paths_that_open_the_next_turn_alike_may_join() -> None:
    source = Target.estimating()
    after = RenderTurns().run(parse_module(PERHAPS_SYSTEM), Context(source))
    assert turns_left(after) == 0


def test_what_stands_before_all_turns_is_written_before_a_loop_of_turns() -> None:
    """The first turn of such a loop would be opened in another way than the later ones."""
    program = Builder()
    args = (Value(INT), Value(STR), Value(PROMPT))
    begin, middle, end, root, out, turn = (Value(PROMPT) for _ in range(6))
    body = [
        Turn(begin, args[2], "user", "begin"),
        Insert(middle, begin, args[1]),
        Turn(end, middle, "user", "end"),
    ]
    loop = For((out,), program.param(["a", "b"]), (root,), Block(args, (*body, Yield((end,)))))
    ask = (Turn(turn, out, "assistant", "begin"), Gen(None, Value(STR), turn, "1"))
    ops = (Root(root), loop, *ask, Return(Const("", STR)))
    block = Block(tuple(param.value for param in program.params), ops)
    module = Module((Program("main", tuple(program.params), STR, block),))
    for rows in ([], ["a"], ["a", "b"]):
        after = RenderTurns().run(module, Context(target("inserts_system")))
        assert turns_left(after) == 0
        messages = [{"role": "user", "content": row} for row in rows]
        template = target("inserts_system").template
        assert template
        if rows:
            wanted = template.render(messages, add_generation_prompt=True)
            assert Evaluator(None).run(after.programs[0], [rows]) == [wanted]


def test_tools_that_are_known_are_part_of_the_text_and_others_are_rendered_whole() -> None:
    module = parse_module(CHAT)
    program = module.programs[0]
    for tools in (Const([], ListType(STR)), program.params[0].value):
        ops = [replace(op, tools=tools) if isinstance(op, Turn) else op for op in program.body.ops]
        tooled = module.with_programs(
            (replace(program, body=Block(program.body.args, tuple(ops))),)
        )
        context = Context(target("inserts_system"))
        left = turns_left(RenderTurns().run(tooled, context))
        assert bool(left) == isinstance(tools, Value)
    assert "tools" in context.remarks[0].why


def test_a_trimming_template_keeps_the_order_of_sections_and_says_so() -> None:
    builder = Builder()
    module = Module((builder.program([("user", [("unordered", ["a\n", "b\n"])])]),))
    context = Context(target("trims")).named("render-turns")
    after = RenderTurns().run(module, context)
    assert not any(isinstance(op, Unordered) for op in walk(after.programs[0].body))
    assert any("keep their order" in str(remark) for remark in context.remarks)


ARMS = """
program @arms(%topics: list[str] @request) -> str {
  %p0 = root
  %p1 = turn %p0, begin user
  %p2 = text %p1, "Hi "
  %arms = fork %topics arm (_, %topic) {
    %a1 = insert %p2, %topic
    %a2 = text %a1, "ENDING"
    yield %a2
  }
  %p3 = pick %arms, 0
  %p4 = turn %p3, end user
  %p5 = turn %p4, begin assistant
  _, %answer = gen %p5 site "1"
  return %answer
}
"""


@pytest.mark.parametrize(("ending", "left"), [("<done>", False), ("<done>\n", True)])
def test_arms_of_a_turn_may_be_picked_where_nothing_is_held_back(ending: str, left: bool) -> None:
    text = ARMS.replace("ENDING", ending.encode("unicode_escape").decode())
    after, _ = rendered(text, "trims")
    assert bool(turns_left(after)) == left


HELD = """
program @main(%never: bool @release, %count: int @request) -> int {
  %p0 = root
  %p1 = turn %p0, begin user
  %p2 = insert %p1, %never
  %p3, _ = while from (%p2, 0) max 3 cond (_, %n) {
    %more = lt %n, %count
    yield %more
  } do (_, %p4, %m) {
    %p5 = text %p4, "Q: "
    %next = add %m, 1
    yield %p5, %next
  }
  %p6 = turn %p3, end user
  %p7 = turn %p6, begin assistant
  _, _ = gen %p7 (max_tokens=3) site "1"
  return %count
}
"""


def test_what_is_held_back_before_a_loop_is_made_before_it_and_not_in_its_condition() -> None:
    after, _ = rendered(HELD, "trims")
    (loop,) = (op for op in walk(after.programs[0].body) if isinstance(op, While))
    assert not turns_left(after)
    assert verify(after) == []
    assert [type(op).__name__ for op in loop.cond.ops] == ["Compare", "Yield"]


BESIDE = """
program @main(%q: str @request) -> str {
  %p0 = root
  %p1 = turn %p0, begin user
  %p2 = text %p1, "Listen.\\n"
  _ = fork ["a", "b"] arm (%arm, %item) {
    %p3 = turn %p0, begin user
    %p4 = insert %p3, %item
    %p5 = turn %p4, end user
    %p6 = turn %p5, begin assistant
    _, %other = gen %p6 (max_tokens=3) site "1" at [%arm]
    yield %other
  }
  %p7 = insert %p2, %q
  %p8 = turn %p7, end user
  %p9 = turn %p8, begin assistant
  %p10 = text %p9, "Well: "
  %p11, %said = gen %p10 (max_tokens=3) site "2"
  _ = fork arm {
    %p15 = turn %p0, begin user
    %p16 = insert %p15, %said
    %p17 = turn %p16, end user
    yield %said
  }
  %p12 = text %p11, " "
  %p13, _ = gen %p12 (max_tokens=3) site "3"
  %p14 = turn %p13, end assistant
  %p18 = turn %p14, begin user
  %p19 = insert %p18, %said
  %p20 = turn %p19, end user
  %p21 = turn %p20, begin assistant
  _, %last = gen %p21 (max_tokens=3) site "4"
  return %last
}
"""


def test_a_turn_of_another_prompt_is_not_taken_for_the_one_that_is_open() -> None:
    """Each prompt inside a turn knows where its own turn began, also with another begun beside it."""
    before = parse_module(BESIDE)
    after, _ = rendered(BESIDE, "trims")
    assert not turns_left(after)
    assert verify(after) == []
    for question in ("", " x ", "why"):
        case = Case("main", {"q": question})
        assert_same_meaning(before, after, case, target("trims"))
