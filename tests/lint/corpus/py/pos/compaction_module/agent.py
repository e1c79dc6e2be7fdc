from openai import OpenAI

from .summary import summarise

SYSTEM = "You are a gardener's assistant. " + "Name plants in Latin as well. " * 60


class Agent:
    def __init__(self, tools: list[dict]) -> None:
        self.client = OpenAI()
        self.tools = tools
        self.messages: list[dict] = []

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        if len(self.messages) > 60:
            self.messages = [{"role": "user", "content": summarise(self.client, self.messages)}]
        reply = self.client.chat.completions.create(
            model="gpt-5.1",
            tools=self.tools,
            messages=[{"role": "system", "content": SYSTEM}, *self.messages],
        )
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.messages[-1]["content"]
