"""Litellm: functions from registry via inspect over a set of callables."""

import litellm
HEAD = "For e15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
REGISTRY = set()
def tool(fn):
    REGISTRY.add(fn)
    return fn
@tool
def mail(): "Send a mail."
@tool
def search(): "Search the web."
def catalogue():
    return "\n".join(f"{fn.__name__}: {fn.__doc__}" for fn in REGISTRY)  # want: PFX301
def ask(history):
    return litellm.completion(model="openai/gpt-5.1", messages=[{"role":"system","content":HEAD + catalogue()}, *history])
