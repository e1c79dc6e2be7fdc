"""Effort grows with attempts."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b27 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def solve(messages):
    for effort in ("low", "medium", "high"):  # want: PFX605
        r = client.responses.create(model="gpt-5.1", instructions=SYSTEM, input=messages, reasoning={"effort": effort})
        if r.status == "completed": return r
