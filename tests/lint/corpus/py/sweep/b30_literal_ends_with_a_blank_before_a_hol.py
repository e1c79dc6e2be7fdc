"""Literal ends with a blank before a hole."""

from openai import OpenAI
client = OpenAI()
def ask(q): 
    return client.completions.create(model="m", prompt="For b30 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40 + "\nQuestion: " + q + "\nAnswer: ")  # want: PFX404
