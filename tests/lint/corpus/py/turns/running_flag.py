from anthropic import Anthropic

client = Anthropic()
BASE = "You migrate a data base in steps. Show each statement before it runs. Never drop a table. Back up first. Say how to undo. " * 6


class Worker:
    def __init__(self, tools):
        self.tools = tools
        self.running = False
        self.state = "idle"
        self.messages = []

    def start(self):
        self.running = True

    def stop(self):
        self.running = False

    def step(self, text):
        if not self.running:
            return None
        self.state = "asking"
        self.messages.append({"role": "user", "content": text})
        r = client.messages.create(model="claude-sonnet-4-5", max_tokens=500, system=BASE, tools=self.tools, messages=self.messages)
        self.state = "idle"
        self.messages.append({"role": "assistant", "content": r.content})
        return r
