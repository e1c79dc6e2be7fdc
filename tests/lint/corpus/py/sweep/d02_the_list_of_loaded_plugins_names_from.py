"""The list of loaded plugins: names from a frozenset constant."""

from openai import OpenAI
client = OpenAI()
HEAD = "For d02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
ALLOWED = frozenset({"csv", "pdf", "xlsx"})
def formats() -> str:
    return ", ".join(f".{name}" for name in ALLOWED)  # want: PFX301
def ask(history):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": f"{HEAD}\nYou may read {formats()} files."}, *history])
