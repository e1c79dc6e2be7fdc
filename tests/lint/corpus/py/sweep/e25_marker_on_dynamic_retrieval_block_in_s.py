"""Marker on dynamic retrieval block in system, then history."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For e25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(store, history, q):
    docs = store.similarity_search(q)  # want: PFX602 PFX201
    system = [{"type":"text","text":HEAD},{"type":"text","text":"\n".join(d.page_content for d in docs),"cache_control":{"type":"ephemeral"}}]
    return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=system, messages=[*history, {"role":"user","content":q}])
