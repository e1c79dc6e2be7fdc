"""Module-level set of one with membership only."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
_banned: set[str] = {"root"}
def ban(name): _banned.add(name)
def ask(name, history):
    if name in _banned: return None
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *history])
