from openai import OpenAI

client = OpenAI()


class Agent:
    def __init__(self, catalogue, base):
        self.catalogue = catalogue
        self.tools = list(base)
        self.lines = []

    def step(self, text):
        self.lines.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-4.1", messages=self.lines, tools=self.tools)
        for c in r.choices[0].message.tool_calls or []:
            if c.function.name == "load_tool":
                self.tools.append(self.catalogue[c.function.arguments])  # want: PFX305
        return r
