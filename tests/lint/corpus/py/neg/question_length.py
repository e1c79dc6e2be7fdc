"""How long the answer may be hangs on the question; that is no part of the key."""

from openai import OpenAI

client = OpenAI()
RULES = "Answer questions on law of rent. " * 150
TOOLS = [{"type": "function", "function": {"name": "find_law"}}]


def answer(question: str):
    most = 200 if len(question) < 80 else 900
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": question}],
        tools=TOOLS,
        max_completion_tokens=most,
    )
