from openai import OpenAI

client = OpenAI()
ALL = [{"type": "function", "function": {"name": n, "parameters": {}}} for n in ("search", "read", "write", "run")]


class Mode:
    def __init__(self):
        self.readonly = True

    def unlock(self):
        self.readonly = False


class Coder:
    def __init__(self):
        self.mode = Mode()
        self.messages = []

    def visible(self):
        if self.mode.readonly:
            return [t for t in ALL if t["function"]["name"] in ("search", "read")]
        return ALL

    def step(self, text):
        if text.startswith("/unlock"):
            self.mode.unlock()
        self.messages.append({"role": "user", "content": text})
        return client.chat.completions.create(model="gpt-4.1", messages=self.messages, tools=self.visible())  # want: PFX305
