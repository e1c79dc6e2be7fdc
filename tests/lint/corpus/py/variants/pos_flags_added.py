"""A text that grows by a line for each flag of the patient, and the guideline behind them."""

from openai import OpenAI

client = OpenAI()
GUIDELINE = "Ask for the onset, the course and what makes it better. Never name a dose. " * 70


def head(patient) -> str:
    text = "You take the history before the visit.\n"
    if patient.minor:
        text += "Speak to the parent.\n"
    if not patient.insured:  # want: PFX206
        text += "Leave the costs to the desk.\n"
    return text + GUIDELINE


def ask(patient, turns):
    messages = [{"role": "system", "content": head(patient)}, *turns]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
