"""Thinking budget by question length."""

import anthropic
client = anthropic.Anthropic()
HEAD = "For e26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, text):
    budget = 8000 if len(text) > 400 else 2000  # want: PFX605
    history.append({"role":"user","content":text})
    return client.messages.create(model="claude-sonnet-5", max_tokens=9000, system=HEAD, messages=history, thinking={"type":"enabled","budget_tokens":budget})
