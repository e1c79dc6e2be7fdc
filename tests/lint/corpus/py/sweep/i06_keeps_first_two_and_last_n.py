"""Keeps first two and last n."""

from openai import OpenAI
client = OpenAI()
SYS = "For i06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def clipped(turns, n=10):
    return turns[:2] + turns[-n:] if len(turns) > n + 2 else turns  # want: PFX207
def say(turns): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS}, *clipped(turns)])
