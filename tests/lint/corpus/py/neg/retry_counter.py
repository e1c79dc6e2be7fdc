import logging
import random
import time

from litellm import completion

log = logging.getLogger(__name__)


def solve(goal: str, attempts: int = 5) -> str:
    messages = [
        {"role": "system", "content": "Plan first. Then act. Report what changed. " * 20},
        {"role": "user", "content": goal},
    ]
    for attempt in range(attempts):
        try:
            return completion(model="gpt-5.1", messages=messages).choices[0].message.content
        except Exception as error:
            log.warning("attempt %d of %d failed at %s: %s", attempt, attempts, time.time(), error)
            time.sleep(2**attempt + random.random())
    raise RuntimeError("no answer")
