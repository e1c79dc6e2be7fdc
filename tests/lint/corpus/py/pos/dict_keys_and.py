"""Keys of two dictionaries are intersected."""

from openai import OpenAI

client = OpenAI()
HEAD = "Compare offers. " * 90


def common(a: dict, b: dict) -> list[str]:
    return [k for k in a.keys() & b.keys()]  # want: PFX301


def ask(a: dict, b: dict, text: str):
    lines = "\n".join(f"{k}: {a[k]} / {b[k]}" for k in common(a, b))
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": lines + "\n" + HEAD},
            {"role": "user", "content": text},
        ],
    )
