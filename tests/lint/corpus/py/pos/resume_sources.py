"""The head is read anew at each assembly, and the program writes the file itself."""

from pathlib import Path

from openai import OpenAI

client = OpenAI()
NOTES = Path("NOTES.md")
RULES = "Plan the harvest of a farm. " * 90


def remember(line: str) -> None:
    NOTES.write_text(NOTES.read_text() + line + "\n")


def head() -> str:
    return NOTES.read_text() + "\n" + RULES  # want: PFX201


def ask(history: list[dict], text: str):
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": head()},
            *history,
            {"role": "user", "content": text},
        ],
    )
    remember(r.choices[0].message.content[:80])
    return r
