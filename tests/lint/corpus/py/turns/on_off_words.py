from openai import OpenAI

client = OpenAI()
TOOLS = {"web": [{"type": "function", "function": {"name": "web", "parameters": {}}}], "base": [{"type": "function", "function": {"name": "calc", "parameters": {}}}]}


class Desk:
    def __init__(self):
        self.web = "off"
        self.lines = []

    def web_on(self):
        self.web = "on"

    def web_off(self):
        self.web = "off"

    def tools(self):
        return TOOLS["base"] + (TOOLS["web"] if self.web == "on" else [])

    def say(self, text):
        self.lines.append({"role": "user", "content": text})
        return client.chat.completions.create(model="gpt-4.1", messages=self.lines, tools=self.tools())  # want: PFX305
