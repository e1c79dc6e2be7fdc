"""Writes a folder of mixed files for timing `sglc lint`: 700 Python, 100 Jinja, 100 `.sgl`, 100 logs of 100 lines.

python benchmarks/lint_files.py FOLDER [COUNT]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PLAIN = '''

def part_{n}(rows: list[dict], limit: int = {n}) -> dict[str, float]:
    """Sum up what is known of a part."""
    found: dict[str, float] = {{}}
    for number, row in enumerate(rows):
        if number >= limit or row.get("kind") != "part":
            continue
        name = str(row.get("name", "")).strip().lower()
        found[name] = found.get(name, 0.0) + float(row.get("weight", 1.0)) * {n}
    return {{name: round(value, 3) for name, value in sorted(found.items())}}
'''
SENDS = '''

class Desk{n}:
    """Answers questions about parts."""

    def __init__(self, client: OpenAI) -> None:
        self.client = client
        self.history: list[dict] = []

    def head(self) -> str:
        lines = ["You know the parts of a machine.", RULES]
        for name, weight in part_0([]).items():
            lines.append(f"- {{name}}: {{weight}}")
        return "\\n".join(lines)

    def ask(self, question: str) -> str:
        self.history.append({{"role": "user", "content": question}})
        messages = [{{"role": "system", "content": self.head()}}, *self.history]
        reply = self.client.chat.completions.create(model="gpt-5.1", messages=messages)
        answer = reply.choices[0].message.content
        self.history.append({{"role": "assistant", "content": answer}})
        return answer
'''
HEAD = '''"""Module {n}."""

from datetime import datetime

from openai import OpenAI

from .module_{before} import part_1 as earlier

RULES = "Name the part, then what it is for. Say so where you are not sure. " * 30
'''
JINJA = "You are the clerk of store {n}.\n{{% for item in items|sort %}}- {{{{ item }}}}\n{{% endfor %}}\n"
SGL = """program p{n}(question: str) -> str:
    system: "{rules}"
    user: question
    assistant: said = gen(max_tokens=40)
    return said
"""


def python(n: int) -> str:
    """A module of about 100 lines; every third sends prompts."""
    text = HEAD.format(n=n, before=max(n - 1, 0))
    if n % 3 == 0:
        text += SENDS.format(n=n)
    text += "".join(PLAIN.format(n=each) for each in range(7))
    return text


def log(n: int) -> str:
    """A conversation of 100 calls."""
    messages = [{"role": "system", "content": f"You keep store {n}. " * 40}]
    lines = []
    for turn in range(100):
        messages.append({"role": "user", "content": f"Where is part {turn}?"})
        lines.append(json.dumps({"model": "gpt-5.1", "messages": messages}))
        messages.append({"role": "assistant", "content": f"On shelf {turn % 7}."})
    return "\n".join(lines) + "\n"


def write(folder: Path, count: int = 1_000) -> None:
    """Write the files: of ten, seven are Python, and one each of the other kinds."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text("")
    for n in range(count * 7 // 10):
        (folder / f"module_{n}.py").write_text(python(n))
    for n in range(count // 10):
        (folder / f"prompt_{n}.j2").write_text(JINJA.format(n=n) + "Keep to the rules.\n" * 96)
        (folder / f"calls_{n}.jsonl").write_text(log(n))
        rules = "Keep to the rules of the store. " * 3
        (folder / f"program_{n}.sgl").write_text(
            "\n".join(SGL.format(n=each, rules=rules) for each in range(20))
        )


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
