"""Tools from dict of plugins discovered by entry_points."""

from importlib.metadata import entry_points
from openai import OpenAI
client = OpenAI()
SYS = "For c28 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def tools():
    return [ep.load().spec() for ep in entry_points(group="bot.tools")]  # want: PFX302 PFX304 PFX305 PFX301
def ask(q): return client.responses.create(model="gpt-5.1", instructions=SYS, input=q, tools=tools())
