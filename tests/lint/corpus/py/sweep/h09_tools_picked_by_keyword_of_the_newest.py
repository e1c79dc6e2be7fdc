"""Tools picked by keyword of the newest message."""

from openai import OpenAI
client = OpenAI()
SYS = "For h09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
GROUPS = {"mail": ["send"], "files": ["read", "write"]}
def choose(registry, text):
    names = []
    for word, group in GROUPS.items():
        if word in text.lower():
            names += group  # want: PFX305 PFX304
    return [registry[n] for n in names]
def turn(registry, log, text):
    log.append({"role":"user","content":text})
    return client.chat.completions.create(model="gpt-5.1", tools=choose(registry, text), messages=[{"role":"system","content":SYS}, *log])
