"""Hash()-based bucket order."""

from openai import OpenAI
client = OpenAI()
def order(items): return sorted(items, key=lambda i: hash(i["id"]))  # want: PFX301
def ask(items, q): return client.responses.create(model="gpt-5.1", instructions="\n".join(i["text"] for i in order(items)) + "For b34 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, input=q)
