"""Registry as class attribute set filled by decorator, in f-string loop."""

import litellm
BRIEF = "For h01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Registry:
    names = set()
    @classmethod
    def add(cls, fn):
        cls.names.add(fn.__name__)
        return fn
@Registry.add
def mail(): ...
@Registry.add
def files(): ...
def section():
    text = "Tools:\n"
    for n in Registry.names:  # want: PFX301
        text += f"- {n}\n"
    return text
def ask(log): return litellm.completion(model="openai/gpt-5.1", messages=[{"role":"system","content":BRIEF + section()}, *log])
