import dataclasses
import datetime
import json
import math
import time

from openai import OpenAI

client = OpenAI(base_url="http://llama:8080/v1", api_key="none")
GUIDE = "You answer questions on the repository. Name the file and the line. Never guess a version. " * 20
EPOCH = datetime.datetime(2020, 1, 1)
DAY = 24 * 60 * 60


def stamp():
    return int(time.time() * 1000) // 86_400  # want: PFX101


def answer(turns: list[dict]) -> str:
    system = f"Snapshot {stamp()}\n{GUIDE}"
    result = client.chat.completions.create(model="qwen3", messages=[{"role": "system", "content": system}, *turns])
    return result.choices[0].message.content
