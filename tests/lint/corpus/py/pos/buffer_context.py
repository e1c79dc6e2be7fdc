"""A context manager writes sections into a buffer."""
import io
from contextlib import contextmanager
from datetime import datetime

from openai import OpenAI

RULES = "You summarise the minutes of meetings. " * 100


@contextmanager
def block(out: io.StringIO, name: str):
    out.write(f"<{name}>\n")
    yield out
    out.write(f"</{name}>\n")


def system_prompt() -> str:
    out = io.StringIO()
    with block(out, "environment") as env:
        print("time:", datetime.now().isoformat(), file=env)  # want: PFX101 PFX201
    with block(out, "rules") as rules:
        rules.write(RULES)
    return out.getvalue()


def summarise(minutes: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system_prompt()}, {"role": "user", "content": minutes}],
    )
