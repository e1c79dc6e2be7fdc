"""The title of a conversation is asked with a system text of its own, in front of the whole history."""

from openai import OpenAI

client = OpenAI()
RULES = "Answer questions on law, with sources. " * 90
TOOLS = [{"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}]


class Talk:
    def __init__(self):
        self.history: list[dict] = []

    def say(self, text: str):
        self.history.append({"role": "user", "content": text})
        return client.chat.completions.create(
            model="gpt-5.1",
            tools=TOOLS,
            messages=[{"role": "system", "content": RULES}, *self.history],
        )

    def title(self) -> str:
        reply = client.chat.completions.create(  # want: PFX212 PFX305
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": "Give this conversation a title of five words."},
                *self.history,
            ],
        )
        return reply.choices[0].message.content
