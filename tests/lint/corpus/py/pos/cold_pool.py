"""Threads start together on a prefix that nobody has written."""
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()
RUBRIC = "Grade the photograph by light, composition, focus and idea, each from one to five. " * 90


def grade(photo: str):
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": RUBRIC}, {"role": "user", "content": photo}]
    )


def grade_all(photos: list[str]):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(grade, photos))  # want: PFX701
