"""The first messages go to a cheap call for a title; the conversation itself is never cut."""
from openai import OpenAI

client = OpenAI()


class Chat:
    def __init__(self, system: str) -> None:
        self.messages = [{"role": "system", "content": system}]
        self.title = ""

    def name(self) -> None:
        if self.title:
            return
        first = self.messages[1]["content"][:500]
        reply = client.responses.create(model="gpt-5.1-nano", input=f"A title for: {first}")
        self.title = reply.output_text

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = client.chat.completions.create(model="gpt-5.1", messages=self.messages)
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        self.name()
        return self.messages[-1]["content"]
