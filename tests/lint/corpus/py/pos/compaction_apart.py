"""The summary is asked for with another system prompt and without the tools."""

from openai import OpenAI

client = OpenAI()
SYSTEM = "You are a careful agent that mends software. " * 80


class Agent:
    def __init__(self, tools: list[dict]):
        self.tools = tools
        self.messages: list[dict] = []

    def step(self):
        return client.chat.completions.create(
            model="gpt-5.1",
            tools=self.tools,
            messages=[{"role": "system", "content": SYSTEM}, *self.messages],
        )

    def compact(self) -> str:
        r = client.chat.completions.create(  # want: PFX212 PFX305
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": "Summarise the conversation."},
                *self.messages,
            ],
        )
        return r.choices[0].message.content
