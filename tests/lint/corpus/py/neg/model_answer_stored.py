"""What the model said is kept for the screen and goes back as its own message."""
from openai import OpenAI


class Chat:
    def __init__(self, system):
        self.api = OpenAI()
        self.last = ""
        self.messages = [{"role": "system", "content": system}]

    def say(self, text):
        self.messages.append({"role": "user", "content": text})
        self.last = self.api.chat.completions.create(model="gpt-5.1", messages=self.messages).choices[0].message.content
        self.messages.append({"role": "assistant", "content": self.last})
        return self.last
