"""Completion whose prompt ends with a blank."""

from openai import OpenAI
client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")
SHOTS = "Word: cat\nPlural: cats\n\n" * 8
def plural(word):
    return client.completions.create(model="base", prompt=SHOTS + f"Word: {word}\nPlural: ", max_tokens=4)  # want: PFX404 PFX402
