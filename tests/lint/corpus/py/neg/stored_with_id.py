"""Messages have ids and times in the store, and go to the model without them."""

import time
import uuid

from openai import OpenAI

client = OpenAI()
RULES = "Play a riddle game. Give one hint for each guess. " * 90


class Store:
    def __init__(self):
        self.rows = []

    def add(self, role, content):
        self.rows.append(
            {"id": str(uuid.uuid4()), "at": time.time(), "role": role, "content": content}
        )

    def for_model(self):
        return [{"role": row["role"], "content": row["content"]} for row in self.rows]


def guess(store: Store, text: str):
    store.add("user", text)
    out = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, *store.for_model()],
    )
    store.add("assistant", out.choices[0].message.content)
