import psycopg
from openai import OpenAI

client = OpenAI()
PREAMBLE = (
    "You answer the tenants of a house. Be short. Name the caretaker where a thing is broken. " * 10
)


def respond(dsn: str, thread: int, text: str) -> str:
    with psycopg.connect(dsn) as conn, conn.cursor() as cur:
        cur.execute(  # want: PFX207
            "SELECT role, body FROM message WHERE thread = %s ORDER BY id DESC LIMIT 20", (thread,)
        )
        rows = cur.fetchall()
    history = [{"role": role, "content": body} for role, body in reversed(rows)]
    messages = [
        {"role": "system", "content": PREAMBLE},
        *history,
        {"role": "user", "content": text},
    ]
    return (
        client.chat.completions.create(model="gpt-5.1", messages=messages)
        .choices[0]
        .message.content
    )
