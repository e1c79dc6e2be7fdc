import uuid

from openai import OpenAI


class Store:
    def __init__(self) -> None:
        self.entries: list[dict] = []

    def add_tool(self, text: str) -> None:
        self.entries.append(
            {"role": "tool", "tool_call_id": f"call_{uuid.uuid4().hex[:12]}", "content": text}
        )


def send(store: Store) -> str:
    reply = OpenAI().chat.completions.create(model="gpt-5.1", messages=store.entries)
    return reply.choices[0].message.content
