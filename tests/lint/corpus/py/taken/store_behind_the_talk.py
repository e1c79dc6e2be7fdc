import anthropic

client = anthropic.Anthropic()
CHARTER = "You help the warden of a nature reserve. Name the path and the season. " * 60


class Warden:
    def __init__(self, memory):
        self.memory = memory
        self.talk = []

    def ask(self, text):
        asked = f"{text}"
        found = self.memory.search(text)
        lines = "\n".join(str(each) for each in found)
        self.talk.append({"role": "user", "content": f"{asked}\n\nKnown already:\n{lines}"})
        r = client.messages.create(
            model="claude-sonnet-5", max_tokens=400, system=CHARTER, messages=self.talk
        )
        self.talk.append({"role": "assistant", "content": r.content})
        self.memory.add(self.talk[-2:])
        return r.content
