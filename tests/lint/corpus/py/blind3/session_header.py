import contextlib
import uuid
from collections.abc import Iterator

import anthropic


@contextlib.contextmanager
def session(base: anthropic.Anthropic) -> Iterator[anthropic.Anthropic]:
    sid = uuid.uuid4().hex
    scoped = base.with_options(default_headers={"X-Session-Id": sid}, timeout=90.0)
    try:
        yield scoped
    finally:
        scoped.close()


def interview(system: list[dict], questions: list[str]) -> list[str]:
    messages: list[dict] = []
    answers = []
    with session(anthropic.Anthropic()) as client:
        for number, question in enumerate(questions):
            messages.append({"role": "user", "content": question})
            reply = client.messages.create(
                model="claude-sonnet-4-5",
                max_tokens=600,
                system=system,
                messages=messages,
                extra_headers={"Idempotency-Key": f"{uuid.uuid4()}-{number}"},
            )
            messages.append({"role": "assistant", "content": reply.content})
            answers.append(reply.content[0].text)
    return answers
