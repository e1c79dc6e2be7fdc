"""Titles are asked for over the same conversation, with another system prompt."""

from openai import OpenAI

client = OpenAI()
MAIN = "Help people to repair bicycles. Ask for the make and the year. " * 80
TITLE = "Give this conversation a title of at most five words."


class Chat:
    def __init__(self):
        self.messages = []

    def reply(self, text):
        self.messages.append({"role": "user", "content": text})
        out = client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": MAIN}, *self.messages]
        )
        self.messages.append({"role": "assistant", "content": out.choices[0].message.content})

    def compact(self):
        out = client.chat.completions.create(  # want: PFX212
            model="gpt-5.1",
            messages=[{"role": "system", "content": "Summarise the talk."}, *self.messages],
        )
        self.messages = [{"role": "user", "content": out.choices[0].message.content}]
