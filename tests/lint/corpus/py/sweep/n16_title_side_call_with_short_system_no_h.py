"""Title side call with short system, no history."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def title(first): return client.chat.completions.create(model="gpt-5.1-mini", messages=[{"role":"user","content":"Three words for: " + first}])
def say(log, text):
    log.append({"role":"user","content":text})
    if len(log) == 1: title(text)
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *log])
