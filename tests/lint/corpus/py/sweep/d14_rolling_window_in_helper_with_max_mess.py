"""Rolling window in helper with max_messages default."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For d14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def recent(messages, most=20):
    if len(messages) > most:
        messages = messages[len(messages) - most:]  # want: PFX207
    while messages and messages[0]["role"] != "user":
        messages = messages[1:]
    return messages
def turn(messages, text):
    messages.append({"role": "user", "content": text})
    reply = client.messages.create(model="claude-sonnet-5", max_tokens=9, system=HEAD, messages=recent(messages))
    messages.append({"role": "assistant", "content": reply.content})
    return reply
