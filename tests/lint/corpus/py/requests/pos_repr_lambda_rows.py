from openai import OpenAI

client = OpenAI()
CHECKS = [("length", lambda s: len(s) < 80), ("case", lambda s: s[0].isupper())]


def system():
    rows = "\n".join(f"- {name}: {check}" for name, check in CHECKS)  # want: PFX306
    return "You check titles. " * 100 + rows + "\nOnly say yes or no."


def ask(history):
    return client.responses.create(model="gpt-5.5", instructions=system(), input=history)
