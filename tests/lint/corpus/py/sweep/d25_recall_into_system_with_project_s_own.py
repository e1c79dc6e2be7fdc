"""Recall into system with project's own store."""

import openai
client = openai.OpenAI()
HEAD = "For d25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Recall:
    def __init__(self, table, embed): self.table, self.embed = table, embed
    def near(self, text, k=4):
        return self.table.search(self.embed(text)).limit(k).to_list()
def turn(recall: Recall, log, text):
    hits = recall.near(text)  # want: PFX201 PFX204
    block = "\n".join(h["note"] for h in hits)
    log.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": f"{HEAD}\n## Notes\n{block}"}, *log])
