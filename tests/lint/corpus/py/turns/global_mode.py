from anthropic import Anthropic

client = Anthropic()
MODE = "calm"
RULES = "You answer the alarm line of a farm. Ask what, where, who. Send the vet where an animal is hurt. " * 8


def answer(lines, text):
    global MODE
    if "fire" in text:
        MODE = "urgent"  # want: PFX201
    lines.append({"role": "user", "content": text})
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=300, system=f"Mode: {MODE}\n{RULES}", messages=lines)
