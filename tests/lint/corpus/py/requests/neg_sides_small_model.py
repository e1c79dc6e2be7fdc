import anthropic

client = anthropic.Anthropic()


class Chat:
    def __init__(self, system, tools):
        self.system, self.tools, self.messages = system, tools, []

    def send(self, text):
        self.messages.append({"role": "user", "content": text})
        r = client.messages.create(model="claude-opus-4-8", max_tokens=8000, system=self.system, tools=self.tools, messages=self.messages)
        self.messages.append({"role": "assistant", "content": r.content})
        return r

    def title(self):
        ask = {"role": "user", "content": "A title, please."}
        r = client.messages.create(model="claude-haiku-4-5", max_tokens=30, messages=[*self.messages, ask])
        return r.content[0].text
