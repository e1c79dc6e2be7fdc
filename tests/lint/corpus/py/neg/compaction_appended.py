"""The summary is asked for at the end of the same prompt, with the same tools."""

from openai import OpenAI

client = OpenAI()
SYSTEM = "You are a careful agent that mends software. " * 80
ASK = {"role": "user", "content": "Summarise what was done so far."}


class Agent:
    def __init__(self, tools: list[dict]):
        self.tools = tools
        self.messages: list[dict] = [{"role": "system", "content": SYSTEM}]

    def step(self):
        return client.chat.completions.create(
            model="gpt-5.1", tools=self.tools, messages=self.messages
        )

    def compact(self) -> str:
        r = client.chat.completions.create(
            model="gpt-5.1", tools=self.tools, messages=[*self.messages, ASK]
        )
        return r.choices[0].message.content
