import sqlite3

from openai import OpenAI


def style(path: str) -> str:
    con = sqlite3.connect(path)
    row = con.execute("SELECT value FROM setting WHERE name = 'style'").fetchone()
    return row[0]


def translate(path: str, text: str) -> str:
    system = style(path) + "\nTranslate into Portuguese. Keep to the glossary. " * 10
    return (
        OpenAI()
        .chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        )
        .choices[0]
        .message.content
    )
