import time

import psycopg
from openai import OpenAI

client = OpenAI()
PREAMBLE = (
    "You answer the tenants of a house. Be short. Name the caretaker where a thing is broken. " * 10
)


def respond(dsn: str, thread: int, text: str) -> str:
    began = time.monotonic()
    with psycopg.connect(dsn) as conn, conn.cursor() as cur:
        cur.execute("SELECT role, body FROM message WHERE thread = %s ORDER BY id", (thread,))
        rows = cur.fetchall()
    history = [{"role": role, "content": body} for role, body in rows]
    messages = [
        {"role": "system", "content": PREAMBLE},
        *history,
        {"role": "user", "content": text},
    ]
    reply = client.chat.completions.create(model="gpt-5.1", messages=messages)
    print(f"took {time.monotonic() - began:.1f}s")
    return reply.choices[0].message.content
