"""Lines are numbered: the counter is not one of calls."""

from openai import OpenAI

client = OpenAI()
RULES = ["be brief", "be kind", "be exact"]
HEAD = "Keep to the rules. " * 80


def ask(text: str):
    lines = "\n".join(f"{i}. {r}" for i, r in enumerate(RULES, 1))
    for number, rule in enumerate(RULES):
        print(number, rule)
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": lines + HEAD}, {"role": "user", "content": text}],
    )
