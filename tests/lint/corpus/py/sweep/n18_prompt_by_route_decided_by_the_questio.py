"""Prompt by route decided by the question, one prompt each."""

from openai import OpenAI
client = OpenAI()
BILLING = "For n18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
TRAVEL = "For n18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40 + "t"
def route(text): return BILLING if "invoice" in text else TRAVEL
def ask(text):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":route(text)},{"role":"user","content":text}])
