"""Sorted by a static key function."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n05 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def rank(t): return (t["group"], t["function"]["name"])
def ask(tools, history):
    return client.chat.completions.create(model="gpt-5.1", tools=sorted(tools, key=rank), messages=[{"role":"system","content":HEAD}, *history])
