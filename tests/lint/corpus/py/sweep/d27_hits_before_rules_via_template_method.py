"""Hits before rules via template method."""

import openai
client = openai.OpenAI()
HEAD = "For d27 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
TEMPLATE = "Sources:\n{sources}\n\n{head}\n"
def ask(index, q):
    sources = "\n".join(h.text for h in index.query(q, top_k=5))  # want: PFX204 PFX201 PFX202
    return client.responses.create(model="gpt-5.1", instructions=TEMPLATE.format(sources=sources, head=HEAD), input=q)
