"""The same lines behind the guideline: all patients share it."""

from openai import OpenAI

client = OpenAI()
GUIDELINE = "Ask for the onset, the course and what makes it better. Never name a dose. " * 70


def head(patient) -> str:
    lines = ["You take the history before the visit.", GUIDELINE]
    if patient.minor:
        lines.append("Speak to the parent, and use short sentences that the child can follow as well.")
    if not patient.insured:
        lines.append("Leave the costs to the desk, and don't name a price even when you are asked.")
    if patient.deaf:
        lines.append("Never propose a call: everything is arranged in writing.")
    return "\n".join(lines)


def ask(patient, turns):
    messages = [{"role": "system", "content": head(patient)}, *turns]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
