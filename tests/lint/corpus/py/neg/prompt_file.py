"""A prompt file that nobody writes."""

from pathlib import Path

from openai import OpenAI

client = OpenAI()
PROMPT = Path(__file__).with_name("prompt.md")


def ask(history: list[dict], text: str):
    system = PROMPT.read_text() + "\n" + "Keep to the point. " * 60
    Path("out.txt").write_text(text)
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}, *history]
    )
