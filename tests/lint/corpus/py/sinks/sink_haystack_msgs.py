from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from haystack.dataclasses import ChatMessage
from haystack.components.generators.chat import OpenAIChatGenerator
gen = OpenAIChatGenerator(model="m")
def ask(q):
    return gen.run([ChatMessage.from_system(head()), ChatMessage.from_user(q)])
