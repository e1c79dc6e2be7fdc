"""The second of two marked blocks in front of a question holds rows without an order."""

import psycopg

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def cached(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def goods(conn):
    with conn.cursor() as cur:
        cur.execute("SELECT name, price FROM goods WHERE stock > 0")
        return "\n".join(f"{name}: {price}" for name, price in cur.fetchall())  # want: PFX301


def answer(conn, question):
    content = [cached(RULES), cached(goods(conn)), {"type": "text", "text": question}]
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        messages=[{"role": "user", "content": content}],
    )
