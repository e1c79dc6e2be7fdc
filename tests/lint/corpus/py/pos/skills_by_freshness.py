"""Where the list of skills stands depends on whether the session is fresh."""

from openai import OpenAI

client = OpenAI()
RULES = "Work in a shell. Say what you do. " * 90
SKILLS = "Skills: grep, sed, awk, make, git. " * 40


def build(history: list[dict], text: str, resumed: bool) -> list[dict]:
    messages = [{"role": "system", "content": RULES}]
    if not resumed:
        messages.append({"role": "user", "content": SKILLS})  # want: PFX206 PFX207 PFX209 PFX201
    messages.extend(history)
    if resumed:
        text = SKILLS + "\n" + text
    messages.append({"role": "user", "content": text})
    return messages


def ask(history: list[dict], text: str, resumed: bool = False):
    return client.chat.completions.create(model="gpt-5.1", messages=build(history, text, resumed))
