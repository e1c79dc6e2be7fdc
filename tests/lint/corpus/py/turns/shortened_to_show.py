"""A command of the terminal shows what was said in short form: copies are shortened, the history stays as it is."""

import openai

client = openai.OpenAI()
SYSTEM = {
    "role": "system",
    "content": "You help people in a terminal, in short words and plain ones.",
}


class Shell:
    def __init__(self, messages=None):
        self.messages = [] if messages is None else messages
        self.pictures = 0

    def chat(self, message):
        if isinstance(message, str) and message.startswith("%"):
            show(self, message)
            return
        if isinstance(message, dict):
            self.messages.append(message)
        elif isinstance(message, list):
            self.messages = message
        self.pictures += 1
        for part in client.chat.completions.create(
            model="gpt-4o", messages=[SYSTEM, *self.messages], stream=True
        ):
            self.messages.append(part)


def show(self, arguments=None):
    for message in self.messages:
        message = message.copy()
        if self.pictures > 3:
            message["content"] = message["content"][:30] + "..."
        print(message)
