import sqlite3

from openai import OpenAI


def glossary(path: str) -> str:
    con = sqlite3.connect(path)
    rows = con.execute(
        "SELECT term, meaning FROM glossary WHERE active = 1"
    ).fetchall()  # want: PFX301
    return "\n".join(f"{term}: {meaning}" for term, meaning in rows)


def translate(path: str, text: str) -> str:
    system = glossary(path) + "\nTranslate into Portuguese. Keep to the glossary. " * 10
    return (
        OpenAI()
        .chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        )
        .choices[0]
        .message.content
    )
