"""Documents before rules."""

from openai import OpenAI
client = OpenAI()
def ask(store, q):
    docs = store.similarity_search(q, k=4)  # want: PFX201 PFX202 PFX204
    ctx = "\n\n".join(d.page_content for d in docs)
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":f"Context:\n{ctx}\n\n" + "For b40 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40},{"role":"user","content":q}])
