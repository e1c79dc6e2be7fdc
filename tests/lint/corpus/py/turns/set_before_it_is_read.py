from openai import OpenAI

client = OpenAI()
STYLE = {"short": "Answer in a sentence.", "long": "Answer in a page."}


class Writer:
    def __init__(self):
        self.system = ""
        self.messages = []

    def _prepare(self, style):
        self.system = "You write for a paper. Cite sources. Never invent a quote. Use short words. Mind the law on privacy. " * 4 + STYLE[style]

    def write(self, style, text):
        self._prepare(style)
        self.messages.append({"role": "user", "content": text})
        return client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": self.system}, *self.messages])
