"""A service that holds the conversation runs what stands in a template: what it says is not its own state."""

import time
import uuid

from litellm import completion

HEAD = "You run code on the machine of the user. " + "Ask before anything is deleted. " * 20


class Terminal:
    def __init__(self, desk):
        self.desk = desk

    def run(self, code):
        for language in self.desk.languages:
            yield from language(self.desk).execute(code)


class Desk:
    def __init__(self, languages):
        self.languages = languages
        self.messages = []
        self.seen = 0
        self.name = ""
        self.terminal = Terminal(self)

    def head(self):
        lines = self.terminal.run("greet()")
        return HEAD + "\n".join(line["content"] for line in lines if line.get("kind") == "output")

    def turn(self, text):
        self.messages.append({"role": "user", "content": text})
        self.seen = len(self.messages)
        if not self.name:
            self.name = f"{uuid.uuid4()}-{time.time()}.json"
        messages = [{"role": "system", "content": self.head()}, *self.messages]
        answer = completion(model="gpt-5.1", messages=messages).choices[0].message.content
        self.messages.append({"role": "assistant", "content": answer})
        return answer
