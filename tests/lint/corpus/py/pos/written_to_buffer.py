"""A prompt is written into a buffer, the free memory of the machine among it."""

import io
import shutil

from openai import OpenAI

client = OpenAI()
MANUAL = "Keep a store of films in order. " * 80


def system() -> str:
    out = io.StringIO()
    out.write("# Store\n")
    print("Free space:", shutil.disk_usage("/").free, file=out)  # want: PFX105 PFX201
    out.write(MANUAL)
    return out.getvalue()


def ask(history, text):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system()}, *history, {"role": "user", "content": text}],
    )
