"""Every rule is raised by something, and has a page; those that no case of the corpus shows are shown here."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.finding import Cause, Place
from sglc.compiler.lint.layout import Request, Segment
from sglc.compiler.lint.numbers_behind import digits_before, split_numbers
from sglc.compiler.lint.rules import RULES
from sglc.compiler.lint.run import lint
from sglc.compiler.lint.seams import ends_of
from sglc.compiler.lint.tokens import Counter

ROOT = Path(__file__).resolve().parents[2]
RULE_TEXT = "Keep to the rules of the house, and name the rule that you used. " * 12


def codes(folder: Path, name: str, text: str, **settings: object) -> list[str]:
    (folder / name).write_text(text)
    config = Config(select=["ALL"], **settings)  # type: ignore[arg-type]
    return [f.code for f in lint([folder], config).findings]


def test_every_cause_is_raised_and_claimed() -> None:
    """A cause that no reader names, or that no rule claims, is a rule that can't fire."""
    named = set()
    for file in (ROOT / "compiler" / "lint").rglob("*.py"):
        if file.parent.name != "rules" and file.name != "finding.py":
            tree = ast.parse(file.read_text())
            named |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    claimed = {cause for rule in RULES for cause in rule.causes}
    assert [cause for cause in Cause if cause.name not in named] == []
    assert [cause for cause in Cause if cause not in claimed] == []


def test_a_parameter_without_a_lifetime(tmp_path: Path) -> None:
    text = f'program p(rules: str, q: str @turn) -> str:\n    system:\n        rules\n        "{RULE_TEXT}"\n'
    text += "    user: q\n    assistant: a = gen(max_tokens=9)\n    return a\n"
    assert "PFX106" in codes(tmp_path, "a.sgl", text)
    assert "PFX106" not in codes(
        tmp_path, "a.sgl", text.replace("rules: str,", "rules: str @release,")
    )


def test_a_section_that_holds_text_back(tmp_path: Path) -> None:
    text = f"""program p(shop: str @tenant, q: str @turn) -> str:
    system:
        unordered:
            section:
                "You work for {{shop}}. {RULE_TEXT}"
            section:
                "Weigh what is heavy twice."
    user: q
    assistant: a = gen(max_tokens=9)
    return a
"""
    assert "PFX202" in codes(tmp_path, "a.sgl", text)


def test_two_texts_that_are_nearly_the_same(tmp_path: Path) -> None:
    call = 'litellm.completion(model="gpt-5.1", messages=[{"role": "system", "content": %s}, *h])\n'
    text = f"import litellm\nA = {RULE_TEXT!r}\nB = {RULE_TEXT.replace('house, and', 'house and')!r}\n\n\n"
    text += f"def one(h):\n    return {call % 'A'}\n\ndef two(h):\n    return {call % 'B'}"
    assert "PFX208" in codes(tmp_path, "a.py", text)
    same = text.replace('content": B', 'content": A')
    assert "PFX208" not in codes(tmp_path, "a.py", same)


def test_blanks_at_the_end_of_a_line(tmp_path: Path) -> None:
    text = "You are the clerk of a library.   \nAnswer the question of the reader. Never guess.\n{{ question }}\n"
    assert codes(tmp_path, "a.j2", text) == ["PFX402"]


SENT = """import litellm

HEAD = %s


def ask(h):
    return litellm.completion(model="m", messages=[{"role": "system", "content": HEAD}, *h])
"""


def test_characters_in_the_texts_of_python_and_programs(tmp_path: Path) -> None:
    lines = '"' * 3 + "You are the clerk of a library.   \nAnswer the reader.\n" + '"' * 3
    assert "PFX402" in codes(tmp_path, "a.py", SENT % lines)
    assert "PFX403" not in codes(tmp_path, "a.py", SENT % lines)
    joined = '"You are the clerk of a library. " * 3 + "\\n\\u200bAnswer the reader."'
    assert "PFX402" not in codes(tmp_path, "a.py", SENT % joined)
    assert "PFX403" in codes(tmp_path, "a.py", SENT % joined)
    (tmp_path / "a.py").unlink()
    text = 'program p(q: str @turn) -> str:\n    system: "Cafe\u0301 rules."\n    user: q\n'
    text += "    assistant: a = gen(max_tokens=9)\n    return a\n"
    assert "PFX403" in codes(tmp_path, "a.sgl", text)
    assert "PFX403" not in codes(tmp_path, "a.sgl", text.replace("e\u0301", "\u00e9"))


SPACED = """import anthropic

MARK = {"cache_control": {"type": "ephemeral"}}


def ask(results, q):
    blocks = [%s]
    content = [*blocks, {"type": "text", "text": q, **MARK}]
    messages = [{"role": "user", "content": "a"}, {"role": "user", "content": content}]
    return anthropic.Anthropic().messages.create(model="claude-sonnet-5", messages=messages)
"""


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ('{"type": "tool_result", "content": r.text} for r in results', True),
        ('{"type": "text", "text": "a"}, ' * 25, True),
        ('{"type": "text", "text": "a"}, ' * 12, False),
        ('{"type": "text", "text": "a"}, ' * 12 + '{"type": "text", "text": "b", **MARK}, ' * 2
         + '{"type": "text", "text": "c"}, ' * 12, False),
    ],
)  # fmt: skip
def test_blocks_before_a_breakpoint(tmp_path: Path, blocks: str, expected: bool) -> None:
    assert ("PFX603" in codes(tmp_path, "a.py", SPACED % blocks)) == expected


def by_words(text: str) -> list[int]:
    """A tokenizer that merges everything but blanks."""
    return [hash(word) for word in text.split(" ")]


def test_a_seam_that_moves() -> None:
    counter = Counter(lambda text: len(by_words(text)), True, "words", by_words)
    for text, unit, expected in (
        ("one two three four", "vllm", []),
        (" ".join(["w"] * 32), "vllm", ["SEAM"]),
        (" ".join(["w"] * 33), "vllm", []),
    ):
        request = Request(Place("a.py"), "f", target=unit)
        request.segments = [Segment(0, text), Segment(7, is_unknown=True)]
        found = [e.cause.name for e in ends_of(request, counter) if e.cause is Cause.SEAM]
        assert found == expected, text


def by_digits(size: int) -> Callable[[str], list[int]]:
    """A tokenizer that cuts digits into groups of a size, from the left, and leaves all else whole."""
    pieces = re.compile(rf"[0-9]{{1,{size}}}|[^0-9]+")
    return lambda text: [hash(piece) for piece in pieces.findall(text)]


@pytest.mark.parametrize(
    ("ids", "begun", "expected"),
    [
        (None, "12", True),
        (by_digits(3), "12", True),
        (by_digits(3), "2026", True),
        (by_digits(3), "123", False),  # a full group in front of any value
        (by_digits(1), "2026", False),
        (None, "", False),
    ],
)
def test_a_number_that_a_literal_begins(
    ids: Callable[[str], list[int]] | None, begun: str, expected: bool
) -> None:
    counter = Counter(len, ids is not None, "digits", ids)
    request = Request(Place("a.py"), "f")
    text = f"{RULE_TEXT} Entry {begun}"
    goes_on = digits_before(text, "entry.number")
    assert goes_on == begun
    value = Segment(7, is_unknown=True, goes_on_from=goes_on)
    request.segments = [Segment(0, text, len(text)), value]
    assert bool([*split_numbers(request, counter, "")]) == expected


def test_a_prefix_that_ends_inside_a_block(tmp_path: Path) -> None:
    text = f'import litellm\nA = {RULE_TEXT!r}\n\n\ndef one(h, q):\n    return litellm.completion(model="m", '
    text += 'messages=[{"role": "system", "content": A}, {"role": "user", "content": q}])\n'
    assert "PFX406" in codes(tmp_path, "a.py", text, target="vllm")
    assert "PFX406" not in codes(tmp_path, "a.py", text, target="sglang")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('"org/model"', ["PFX505"]),
        ('"org/model", revision="0a1b"', []),
        ('"./models/small"', []),
    ],
)
def test_a_tokenizer_without_a_revision(tmp_path: Path, call: str, expected: list[str]) -> None:
    text = "from transformers import AutoTokenizer\nimport openai\n"
    text += f"tokenizer = AutoTokenizer.from_pretrained({call})\n"
    text += "\n\ndef render(messages):\n    return tokenizer.apply_chat_template(messages)\n"
    assert codes(tmp_path, "a.py", text) == expected


def log(*heads: str, temperature: int = 1) -> str:
    lines = [
        {
            "model": "m",
            "temperature": temperature,
            "messages": [
                {"role": "system", "content": head * 40},
                {"role": "user", "content": f"q{0 if temperature == 0 else n}"},
            ],
        }
        for n, head in enumerate(heads)
    ]
    return "\n".join(json.dumps(line) for line in lines)


def test_families_that_come_back_too_late(tmp_path: Path) -> None:
    heads = ["Aye aye. ", "Bee bee. ", "Sea sea. "] * 4
    assert "PFX703" in codes(tmp_path, "a.jsonl", log(*heads), kv_budget=120)
    assert "PFX703" not in codes(tmp_path, "a.jsonl", log(*heads), kv_budget=1_000)
    assert "PFX703" not in codes(tmp_path, "a.jsonl", log(*sorted(heads)), kv_budget=120)


def test_the_same_call_twice(tmp_path: Path) -> None:
    assert "PFX705" in codes(tmp_path, "a.jsonl", log("Aye. ", "Aye. ", temperature=0))
    assert "PFX705" not in codes(tmp_path, "a.jsonl", log("Aye. ", "Aye. "))


UNUSED = """program p(q: str @turn) -> str:
    user: q
    assistant: a = gen(max_tokens=9)
    {tail}
    return {result}
"""


def test_what_nobody_reads(tmp_path: Path) -> None:
    tail = f'user: "{RULE_TEXT}"'
    assert "PFX704" in codes(tmp_path, "a.sgl", UNUSED.format(tail=tail, result="a"))
    assert "PFX704" not in codes(
        tmp_path,
        "a.sgl",
        UNUSED.format(tail=tail + "\n    assistant: b = gen(max_tokens=9)", result="b"),
    )
    assert "PFX704" in codes(tmp_path, "a.sgl", UNUSED.format(tail="x = 1", result='"done"'))


def test_text_that_every_round_writes_again(tmp_path: Path) -> None:
    text = f"""program p(rows: list[str] @session, q: str @turn) -> str:
    for row in rows:
        user: "{{row}} {RULE_TEXT}"
    user: q
    assistant: a = gen(max_tokens=9)
    return a
"""
    assert "PFX706" in codes(tmp_path, "a.sgl", text)


def test_conditions_that_make_variants_of_a_prefix(tmp_path: Path) -> None:
    text = "You are the clerk.\n{% if formal %}Write as to a judge.{% else %}Write as to a friend.{% endif %}\n"
    assert "PFX206" in codes(tmp_path, "a.j2", text + RULE_TEXT + "\nAnswer: {{ question }}\n")
    behind = (
        "You are the clerk.\n" + RULE_TEXT + text.partition("\n")[2] + "Answer: {{ question }}\n"
    )
    assert "PFX206" not in codes(tmp_path, "a.j2", behind)


def test_entries_that_are_written_and_never_read(tmp_path: Path) -> None:
    lines = []
    for n, head in enumerate(("Aye", "Bee", "Sea", "Dee")):
        block = {
            "type": "text",
            "text": f"{head} {n} " * 900,
            "cache_control": {"type": "ephemeral"},
        }
        request = {
            "model": "claude-sonnet-5",
            "system": [block],
            "messages": [{"role": "user", "content": "q"}],
        }
        usage = {
            "input_tokens": 9,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 2_700,
        }
        lines.append(json.dumps({"request": request, "response": {"usage": usage}}))
    assert "PFX604" in codes(tmp_path, "a.jsonl", "\n".join(lines))


MARKED = """
import datetime, anthropic
client = anthropic.Anthropic()
RULES = "Name the boat and the pier. " * 300
def ask(question):
    text = RULES + f"It is {datetime.datetime.now()}"
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=9,
        system=[{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": question}],
    )
"""


def test_a_clock_in_marked_text_is_told_by_its_cause_and_by_the_breakpoint(tmp_path: Path) -> None:
    assert codes(tmp_path, "a.py", MARKED) == ["PFX101"]
    assert codes(tmp_path, "a.py", MARKED, ignore=("PFX101",)) == ["PFX602"]
    (finding,) = lint([tmp_path / "a.py"], Config()).findings
    assert finding.codes == ("PFX101", "PFX602")


USED = """
from collections import OrderedDict
from openai import OpenAI
client = OpenAI()
RULES = "Name the bed and the tool. " * 100
class Notes:
    def __init__(self):
        self.held = OrderedDict()
    def put(self, key, value):
        self.held[key] = value
    def get(self, key):
        self.held.move_to_end(key)
        return self.held[key]
    def ask(self, history):
        head = RULES + str(list(self.held.items()))
        return client.chat.completions.create(
            model="gpt-5", messages=[{"role": "system", "content": head}, *history]
        )
"""


def test_the_order_of_an_attribute_is_told_once(tmp_path: Path) -> None:
    assert codes(tmp_path, "a.py", USED, ignore=("PFX406",)) == ["PFX301"]
