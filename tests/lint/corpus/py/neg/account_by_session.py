"""A session keeps to one account, chosen by its name."""

import zlib

from openai import OpenAI

clients = [OpenAI(api_key=key) for key in ("a", "b", "c")]
RULES = "Check invoices against orders. " * 80


def check(session: str, history: list[dict], text: str):
    client = clients[zlib.crc32(session.encode()) % len(clients)]
    return client.chat.completions.create(
        model="gpt-5.1",
        prompt_cache_key="invoices",
        messages=[{"role": "system", "content": RULES}, *history, {"role": "user", "content": text}],
    )
