import anthropic

client = anthropic.Anthropic()
CHARTER = "You help the warden of a nature reserve. Name the path and the season. " * 60


class Warden:
    def __init__(self, index):
        self.index = index
        self.talk = []

    def ask(self, text):
        self.talk.append({"role": "user", "content": text})
        found = self.index.similarity_search(text)  # want: PFX201 PFX204
        lines = "\n".join(str(each) for each in found)
        r = client.messages.create(
            model="claude-sonnet-5", max_tokens=400, system=CHARTER + "\nSeen before: " + lines, messages=self.talk
        )
        self.talk.append({"role": "assistant", "content": r.content})
        self.index.extend(self.talk[-2:])
        return r.content
