"""Set used for dedupe, order of list kept."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def uniq(xs):
    seen = set(); out = []
    for x in xs:
        if x not in seen:
            seen.add(x); out.append(x)
    return out
def ask(tags, history):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD + ", ".join(uniq(tags))}, *history])
