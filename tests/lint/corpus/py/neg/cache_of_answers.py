"""Answers are kept with the time at which they came."""
import hashlib
import json
import time

import litellm


class Answers:
    def __init__(self) -> None:
        self.kept: dict[str, tuple[float, str]] = {}

    def ask(self, system: str, text: str) -> str:
        key = hashlib.sha256(json.dumps([system, text]).encode()).hexdigest()
        if key in self.kept and time.time() - self.kept[key][0] < 3600:
            return self.kept[key][1]
        reply = litellm.completion(
            model="openai/gpt-5.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        )
        said = reply.choices[0].message.content
        self.kept[key] = (time.time(), said)
        return said
