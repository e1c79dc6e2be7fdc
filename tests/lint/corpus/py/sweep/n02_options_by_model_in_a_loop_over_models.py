"""Options by model in a loop over models."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def compare(q):
    out = {}
    for model, effort in (("gpt-5.1", "low"), ("gpt-5.1-mini", "high")):
        out[model] = client.responses.create(model=model, instructions=HEAD, input=q, reasoning={"effort": effort})
    return out
