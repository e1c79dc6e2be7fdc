"""User profile at top with history."""

from openai import OpenAI
client = OpenAI()
RULES = "For a26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def prompt(user):
    return f"You talk to {user.first_name} {user.last_name} ({user.timezone}).\n{RULES}"  # want: PFX104 PFX201 PFX202
def ask(user, history):
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":prompt(user)}, *history])
