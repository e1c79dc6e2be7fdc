from datetime import datetime
from anthropic import Anthropic

client = Anthropic()
HEAD = "You keep the minutes of a club. Name who said what. Be short. Never judge. " * 12


class Minutes:
    def __init__(self):
        self.started = None
        self.head = ""
        self.lines = []

    def _begin(self):
        if self.started is None:
            self.started = datetime.now()
            self.head = f"{HEAD}\nMeeting begun at {self.started:%H:%M}."

    def hear(self, text):
        self._begin()
        self.lines.append({"role": "user", "content": text})
        return client.messages.create(model="claude-sonnet-4-5", max_tokens=300, system=self.head, messages=self.lines)
