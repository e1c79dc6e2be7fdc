import hashlib
import json
import time
from pathlib import Path

import litellm

CACHE = Path(".cache/answers")
TTL = 6 * 3600
SYSTEM = Path("prompts/faq.md").read_text()


def _slot(question: str) -> Path:
    digest = hashlib.sha1(f"{SYSTEM}\0{question}".encode()).hexdigest()
    return CACHE / f"{digest}.json"


def ask(question: str) -> str:
    slot = _slot(question)
    if slot.exists():
        record = json.loads(slot.read_text())
        if time.time() - record["at"] < TTL:
            return record["answer"]
    r = litellm.completion(
        model="openai/gpt-4.1-mini",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}],
    )
    answer = r.choices[0].message.content
    CACHE.mkdir(parents=True, exist_ok=True)
    slot.write_text(json.dumps({"at": time.time(), "question": question, "answer": answer}))
    return answer
