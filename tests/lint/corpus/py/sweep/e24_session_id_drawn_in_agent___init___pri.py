"""Session id drawn in agent __init__ printed first, agent made per request."""

import uuid, openai
client = openai.OpenAI()
HEAD = "For e24 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Agent:
    def __init__(self): self.run = uuid.uuid4()
    def ask(self, q): return client.responses.create(model="gpt-5.1", instructions=f"run={self.run}\n{HEAD}", input=q)  # want: PFX102
def handle(q): return Agent().ask(q)
