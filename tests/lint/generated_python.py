"""Python for the corpus, made rather than kept: sources, behind helpers and modules, before sinks or behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

RULES = 'RULES = "Keep to the rules of the house, and say which rule you used. " * 80\n'


@dataclass(frozen=True)
class Kind:
    """A source: its imports, the expression that gives it as text, the codes that name it."""

    name: str
    imports: str
    expression: str
    codes: tuple[str, ...]


KINDS = (
    Kind(
        "now", "from datetime import datetime", "datetime.now().isoformat()", ("PFX101", "PFX201")
    ),
    Kind(
        "utc",
        "import datetime as dt",
        'dt.datetime.now(dt.timezone.utc).strftime("%d.%m. %H:%M")',
        ("PFX101", "PFX201"),
    ),
    Kind("epoch", "import time", "str(int(time.time()))", ("PFX101", "PFX201")),
    Kind("strftime", "from time import strftime", 'strftime("%X")', ("PFX101", "PFX201")),
    Kind("uuid", "from uuid import uuid4", "uuid4().hex", ("PFX102", "PFX201")),
    Kind("token", "import secrets", "secrets.token_urlsafe(8)", ("PFX102", "PFX201")),
    Kind("dice", "import random", "str(random.randint(1, 6))", ("PFX102", "PFX201")),
    Kind("folder", "import tempfile", "tempfile.mkdtemp()", ("PFX102", "PFX105", "PFX201")),
    Kind("set", "", '", ".join({"red", "green", "blue"})', ("PFX301",)),
    Kind("listing", "import os", '"\\n".join(os.listdir("guides"))', ("PFX301",)),
    Kind("cwd", "import os", "os.getcwd()", ("PFX105", "PFX201")),
    Kind("hash", "", 'str(hash("handbook"))', ("PFX102", "PFX201")),
)

SYSTEM = '{{"role": "system", "content": {head}}}'
USER = '{{"role": "user", "content": {tail}}}'
OPENAI = "from openai import OpenAI\n\nclient = OpenAI()\n"
ANTHROPIC = "import anthropic\n\nclient = anthropic.Anthropic()\n"
SINKS = {
    "chat": (
        OPENAI,
        f'client.chat.completions.create(model="gpt-5.1", messages=[{SYSTEM}, *history, {USER}])',
    ),
    "responses": (
        OPENAI,
        f'client.responses.create(model="gpt-5.1", instructions={{head}}, input=[*history, {USER}])',
    ),
    "anthropic": (
        ANTHROPIC,
        f'client.messages.create(model="claude-sonnet-5", max_tokens=9, system={{head}}, messages=[*history, {USER}])',
    ),
    "litellm": (
        "import litellm\n",
        f'litellm.completion(model="gpt-5.1", messages=[{SYSTEM}, *history, {USER}])',
    ),
}
DEPTHS = ("0", "1", "2", "class", "module")


def _file(*parts: str) -> str:
    return '"""Made for the corpus."""\n' + "\n".join(part for part in parts if part)


def _helpers(kind: Kind, depth: str) -> tuple[str, str, str]:
    """The source behind helpers: definitions here, a module beside, and the expression that gives it."""
    line = f"    return {kind.expression}  # want: {' '.join(kind.codes)}\n"
    origin = f"def stamp():\n{line}"
    match depth:
        case "0":
            return "", "", kind.expression
        case "1":
            return origin, "", "stamp()"
        case "2":
            return (
                origin + '\n\ndef context():\n    return {"stamp": stamp(), "place": "house"}\n',
                "",
                'context()["stamp"]',
            )
        case "class":
            shown = '    def shown(self):\n        return f"({self.text()})"\n'
            method = f"class Situation:\n    def text(self):\n    {line}\n{shown}"
            return method, "", "Situation().shown()"
        case _:
            return (
                "from .clockwork import described\n",
                _file(kind.imports, origin, 'def described():\n    return "S: " + stamp()\n'),
                "described()",
            )


def _program(kind: Kind, depth: str, sink: str, is_bad: bool) -> dict[str, str]:
    imports, call = SINKS[sink]
    here, beside, expression = _helpers(kind, depth)
    want = f"  # want: {' '.join(kind.codes)}" if is_bad and depth == "0" else ""
    head = "text" if is_bad else "RULES"
    tail = "question" if is_bad else 'f"{now}: {question}"'
    first = f'    now = {expression}{want}\n    text = f"Situation: {{now}}.\\n" + RULES\n'
    body = f"def ask(history, question):\n{first}    return {call.format(head=head, tail=tail)}\n"
    keeps = kind.imports if depth != "module" else ""
    agent = _file(keeps, imports, here, RULES, body)
    if not is_bad:
        agent, beside = _without_wants(agent), _without_wants(beside)
    files = {"agent.py": agent}
    return {**files, "__init__.py": "", "clockwork.py": beside} if beside else files


def _without_wants(text: str) -> str:
    return "\n".join(line.partition("  # want:")[0] for line in text.split("\n"))


def programs() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, depth and files; files of cases that are fine have no marks."""
    for number, kind in enumerate(KINDS):
        for place, depth in enumerate(DEPTHS):
            sink = list(SINKS)[(number + place) % len(SINKS)]
            yield f"bad_{kind.name}_{depth}_{sink}", depth, _program(kind, depth, sink, True)
            yield f"ok_{kind.name}_{depth}_{sink}", depth, _program(kind, depth, sink, False)
