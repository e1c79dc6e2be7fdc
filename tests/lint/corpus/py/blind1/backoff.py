import functools
import logging
import random
import time
from pathlib import Path

from openai import APIConnectionError, OpenAI, RateLimitError

log = logging.getLogger(__name__)
client = OpenAI(max_retries=0)
SYSTEM = Path("prompts/minutes.md").read_text()


def retrying(attempts: int = 5, base: float = 0.5):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kwargs):
            for attempt in range(attempts):
                try:
                    return fn(*args, **kwargs)
                except (RateLimitError, APIConnectionError) as exc:
                    delay = base * 2**attempt + random.uniform(0, 0.3)
                    log.warning("attempt %d failed at %s: %s", attempt, time.ctime(), exc)
                    time.sleep(delay)
            raise RuntimeError("gave up")

        return inner

    return wrap


@retrying()
def minutes(transcript: str) -> str:
    r = client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": transcript}],
    )
    return r.choices[0].message.content
