"""Hostile input: a finding or exit code 2, and never a traceback."""

import json
import resource
import time
from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint

SELF = """import litellm


class A(A):
    x = A()

    def f(self):
        self.f = self
        return litellm.completion(messages=self.f.f.f)
"""
SINK = (
    'import litellm\nlitellm.completion(model="m", messages=[{"role": "system", "content": %s}])\n'
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep.py", SINK % ("(" * 150 + "1" + ")" * 150)),
        ("deeper.py", SINK % ("[" * 5_000 + "]" * 5_000)),
        ("long_sum.py", SINK % " + ".join(['"a"'] * 3_000)),
        (
            "recursive.py",
            "import litellm\ndef f(n):\n    return f(n) + g(n)\ndef g(n):\n    return g(f(n))\n"
            + SINK % "f(1)",
        ),
        (
            "loops.py",
            "import litellm\ndef f(x):\n"
            + "".join("    " * (n + 1) + f"for a{n} in x:\n" for n in range(15))
            + "    " * 16
            + "litellm.completion(messages=[x])\n",
        ),
        (
            "self.py",
            SELF,
        ),
        ("nul.py", "x = 1\0\n"),
        ("deep.jsonl", '{"messages": ' + "[" * 100_000 + "]" * 100_000 + "}\n"),
        (
            "odd.jsonl",
            "\n".join(
                json.dumps(x)
                for x in (
                    {"messages": 3},
                    {"messages": [3, None, []]},
                    [],
                    7,
                    {"messages": [{"role": None}]},
                    {"input": {"a": 1}, "model": 3},
                )
            ),
        ),
        (
            "deep.j2",
            "You are. Answer the question. " + "{% if a %}" * 3_000 + "{% endif %}" * 3_000,
        ),
        ("bad.j2", "You are the assistant. Answer the question, give the reason. {{ a b }}"),
        ("deep.sgl", "program p() -> str:\n    user: " + "(" * 3_000 + "1" + ")" * 3_000 + "\n"),
        ("tokenizer_config.json", '{"chat_template": [{"name": 3}, 4]}'),
        ("chat_template.json", "[" * 50_000),
    ],
)
def test_it_comes_back(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    result = lint([tmp_path], Config(preview=True))
    assert all(f.code for f in result.findings)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = '\xff\xfe'\n")
    (tmp_path / "b.jsonl").write_bytes(
        b'{"model": "m", "messages": [{"role": "user", "content": "\xff"}]}\n' * 3
    )
    result = lint([tmp_path], Config())
    assert result.failed
    assert [f.evidence.origin.file for f in result.findings] == [str(tmp_path / "a.py")]


WIDE = 35
CALLS = "\n".join(
    f"def f{n}(m):\n    return ["
    + ", ".join(f"f{k}(m)" for k in range(WIDE))
    + f", {{'role': 'user', 'content': 'x{n}'}}]\n"
    for n in range(WIDE)
)
STATES = "class A:\n    def __init__(self):\n        self.h = []\n" + "".join(
    f"    def m{n}(self, x):\n        for y in self.h:\n            self.h.append(self.m{(n * 7 + 1) % 20}(y))\n"
    f"        return litellm.completion(messages=self.h)\n"
    for n in range(20)
)

NESTED = """import litellm


def make(n):
    def inner(m):
        return make(litellm.completion(messages=m))

    def other(m):
        return make(inner) if m else litellm.completion(messages=m)

    return inner if n else other


"""
"""Functions that make functions which call what makes them: each is followed by itself once."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "nested.py",
            NESTED + "".join(f"def use{n}(m):\n    return make(make(m))\n" for n in range(40)),
        ),
        (
            "wide.py",
            f"import litellm\n{CALLS}\n\ndef go(m):\n    return litellm.completion(messages=f0(m))\n",
        ),
        ("state.py", f"import litellm\n{STATES}"),
        (
            "branches.py",
            "import litellm\ndef f(x):\n    s = ''\n"
            + "".join(f"    if x.a{n}:\n        s += x.b{n}\n" for n in range(900))
            + "    return litellm.completion(messages=[{'role': 'system', 'content': s}])\n",
        ),
        (
            "sets.py",
            "import litellm\n"
            + "".join(
                f"S{n} = {{'a', 'b'}}\ndef g{n}():\n    text = ','.join(S{n})\n"
                "    return litellm.completion(messages=[{'role': 'system', 'content': text}])\n"
                for n in range(80)
            ),
        ),
        (
            "calls.jsonl",
            "\n".join(
                json.dumps(
                    {"model": "m", "messages": [{"role": "user", "content": f"{n} " * 2_000}] * 20}
                )
                for n in range(30)
            ),
        ),
    ],
)
def test_time_and_memory_are_bounded(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lint([tmp_path], Config(preview=True))
    assert time.process_time() - start < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000
