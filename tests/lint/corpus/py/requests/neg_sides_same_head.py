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

    def compact(self):
        ask = {"role": "user", "content": "Summarise the conversation for yourself."}
        r = client.messages.create(model=MODEL, max_tokens=2000, system=self.system, tools=self.tools, messages=[*self.log, ask])
        self.log = [{"role": "user", "content": r.content[0].text}]
