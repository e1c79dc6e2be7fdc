"""A tail marker on blocks that stay as they are."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For g10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def with_mark(messages):
    *before, last = messages
    *blocks, end = last["content"]
    return [*before, {**last, "content": [*blocks, {**end, "cache_control": {"type": "ephemeral"}}]}]
class Chat:
    def __init__(self): self.log = []
    def say(self, text):
        self.log.append({"role": "user", "content": [{"type": "text", "text": text}]})
        r = client.messages.create(model="claude-sonnet-5", max_tokens=900, system=[{"type": "text", "text": HEAD, "cache_control": {"type": "ephemeral"}}], messages=with_mark(self.log))
        self.log.append({"role": "assistant", "content": [{"type": "text", "text": r.content[0].text}]})
        return r
