"""Retriever picks tools (llama-index like)."""

from openai import OpenAI
client = OpenAI()
SYS = "For h10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Selector:
    def __init__(self, index, specs): self.index, self.specs = index, specs
    def for_(self, question):
        hits = self.index.search(question, k=5)  # want: PFX305 PFX304
        return [self.specs[h.id] for h in hits]
def turn(sel: Selector, log, question):
    return client.chat.completions.create(model="gpt-5.1", tools=sel.for_(question), messages=[{"role":"system","content":SYS}, *log, {"role":"user","content":question}])
