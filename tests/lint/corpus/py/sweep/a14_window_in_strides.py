"""Window in strides."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For a14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
KEEP, STEP = 40, 20
def visible(history):
    if len(history) <= KEEP:
        return history
    start = ((len(history) - KEEP) // STEP + 1) * STEP
    return history[start:]
def turn(history, text):
    history.append({"role":"user","content":text})
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *visible(history)])
    history.append({"role":"assistant","content":r.choices[0].message.content})
    return r
