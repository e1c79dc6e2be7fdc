"""One clock, taken into a prompt in each of the ways that Python has for it (`data/ways.txt`).

A way is what a module defines and, behind `---`, the expression that gives the text. `SRC` stands for the clock;
where a way reads one itself, the line says `SRCLINE`. With a constant for the clock, the same way is fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

WAYS = Path(__file__).resolve().parent / "data" / "ways.txt"
MARK = "  # want: PFX101 PFX201"
CLOCK = "datetime.now().isoformat()"
CONSTANT = "'a quarter past nine'"

_PAGE = '''"""Made for the corpus: {name}."""
from datetime import datetime
{imports}
from openai import OpenAI

client = OpenAI()
RULES = "Keep to the rules of {name}, and say which rule you used. " * 80

{rest}

def ask(history, question):
    system = {expression}
    messages = [{{"role": "system", "content": system}}, *history, {{"role": "user", "content": question}}]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
'''


def ways() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, depth and files: each way with a clock, and with a constant where it takes one."""
    for block in WAYS.read_text().split("=== ")[1:]:
        name, _, body = block.partition("\n")
        yield f"way_{name}", "-", {"agent.py": _page(name, body, CLOCK)}
        if "SRCLINE" not in body:
            yield f"way_{name}_ok", "-", {"agent.py": _page(f"{name} without", body, CONSTANT)}


def _page(name: str, body: str, source: str) -> str:
    return page(name, body, source, MARK if source == CLOCK else "")


def page(name: str, body: str, source: str, mark: str) -> str:
    """A module that asks with what a way gives for a source; `mark` goes behind the lines that take it."""
    definitions, _, expression = body.rpartition("--- ")
    lines = [_line(line, source, mark) for line in definitions.rstrip("\n").split("\n")]
    imports = [line for line in lines if re.match(r"(import|from) ", line)]
    rest = [line for line in lines if line not in imports]
    asked = expression.strip().replace("SRC", source)
    asked += mark if "SRC" in expression else ""
    made = _PAGE.format(
        name=name, imports="\n".join(imports), rest="\n".join(rest), expression=asked
    )
    compile(made, name, "exec")
    return made


def _line(line: str, source: str, mark: str) -> str:
    """A line of a way; one that opens a long string takes no mark, so its neighbours do."""
    if "SRCLINE" in line:
        return line.replace("  # SRCLINE", mark)
    if "SRC" not in line:
        return line
    return line.replace("SRC", source) + (mark if line.count('"""') % 2 == 0 else "")
