"""A judge: a constant rubric with the marker, items behind it."""
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()
RUBRIC = "Give 0 to 5 points. " * 300


def score(item: dict) -> dict:
    reply = client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": RUBRIC},
            {"role": "user", "content": f"{item['id']}\n{item['text']}"},
        ],
    )
    return {**item, "score": int(reply.choices[0].message.content)}


def score_all(items: list[dict]) -> list[dict]:
    done = [score(items[0])]
    with ThreadPoolExecutor(8) as pool:
        done += pool.map(score, items[1:])
    return sorted(done, key=lambda item: item["score"], reverse=True)
