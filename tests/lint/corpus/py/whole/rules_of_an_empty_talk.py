"""Whoever begins a talk finds it empty: the rules come into it once, and stay."""

from openai import OpenAI

client = OpenAI()
RULES = "You help at the desk of a library. Say where a book stands, and until when it is lent. " * 60


def reply(talk: list[dict], words: str) -> str:
    if not talk:
        talk.append({"role": "system", "content": RULES})
    talk.append({"role": "user", "content": words})
    answer = client.chat.completions.create(model="gpt-5.1", messages=talk).choices[0].message
    talk.append({"role": "assistant", "content": answer.content})
    return answer.content
