"""The text to judge stands before the long rubric."""

from openai import OpenAI

client = OpenAI()
RUBRIC = "Judge the essay by clarity, evidence, structure and style. " * 90


def judge(essay: str):
    prompt = f"Essay:\n{essay}\n\n{RUBRIC}"  # want: PFX201 PFX203
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "user", "content": prompt}]
    )
