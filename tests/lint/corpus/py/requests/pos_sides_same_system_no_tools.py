import anthropic

client = anthropic.Anthropic()
MODEL = "claude-opus-4-8"


class Agent:
    def __init__(self, system, tools):
        self.system, self.tools, self.log = system, tools, []

    def step(self, text):
        self.log.append({"role": "user", "content": text})
        r = client.messages.create(model=MODEL, max_tokens=900, system=self.system, tools=self.tools, messages=self.log)
        self.log.append({"role": "assistant", "content": r.content})
        return r

    def suggest(self):
        ask = {"role": "user", "content": "Suggest three things the user may ask next."}
        return client.messages.create(model=MODEL, max_tokens=100, system=self.system, messages=[*self.log, ask])  # want: PFX212 PFX305
