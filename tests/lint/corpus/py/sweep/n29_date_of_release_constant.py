"""Date of release constant."""

from openai import OpenAI
client = OpenAI()
BUILD = "2026-03-01"
HEAD = f"Prices as of {BUILD}.\n" + "For n29 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(h): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *h])
