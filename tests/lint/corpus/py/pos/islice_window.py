from itertools import islice

import anthropic

client = anthropic.Anthropic()
RULES = "You coach runners. Never give medical advice. Ask about pain first. " * 30


def reply(log: list[dict], text: str) -> str:
    log.append({"role": "user", "content": text})
    start = max(0, len(log) - 16)
    window = list(islice(log, start, None))  # want: PFX207
    answer = (
        client.messages.create(model="claude-opus-5", max_tokens=500, system=RULES, messages=window)
        .content[0]
        .text
    )
    log.append({"role": "assistant", "content": answer})
    return answer
