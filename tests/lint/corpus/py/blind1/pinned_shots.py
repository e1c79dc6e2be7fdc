import json
from pathlib import Path
from random import Random

import litellm

_rows = [json.loads(line) for line in Path("gold/intents.jsonl").read_text().splitlines()]
SHOTS = Random(20240611).sample(_rows, 6)
HEAD = Path("gold/instructions.txt").read_text()


def build_messages(utterance: str) -> list[dict]:
    messages = [{"role": "system", "content": HEAD}]
    for shot in SHOTS:
        messages.append({"role": "user", "content": shot["utterance"]})
        messages.append({"role": "assistant", "content": shot["intent"]})
    messages.append({"role": "user", "content": utterance})
    return messages


def classify(utterance: str) -> str:
    r = litellm.completion(model="mistral/mistral-small-latest", messages=build_messages(utterance), temperature=0)
    return r.choices[0].message.content.strip()
