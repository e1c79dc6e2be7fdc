"""The first two examples in the order of digests, which are the same everywhere."""

import hashlib

from openai import OpenAI

client = OpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 90
DEMOS = ["Q: a\nA: b", "Q: c\nA: d", "Q: e\nA: f", "Q: g\nA: h"]


def ask(question):
    demos = sorted(DEMOS, key=lambda demo: hashlib.sha256(demo.encode()).hexdigest())[:2]
    head = "\n".join(demos) + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": head}, {"role": "user", "content": question}])
