"""A helper marks rows of a query without an order, behind the rules."""

import sqlite3

import anthropic

client = anthropic.Anthropic()
db = sqlite3.connect("shop.db")
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def cached(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def stock():
    rows = db.execute("SELECT name, price FROM goods").fetchall()  # want: PFX301
    return "\n".join(f"{name}: {price}" for name, price in rows)


def answer(question):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[cached(RULES + stock())],
        messages=[{"role": "user", "content": question}],
    )
