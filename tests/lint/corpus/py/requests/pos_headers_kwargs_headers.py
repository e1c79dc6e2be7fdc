import litellm

SYSTEM = "You sort the letters of a museum. " * 120


def options(turn: int) -> dict:
    headers = {"anthropic-beta": "prompt-caching-2024-07-31"}
    if turn % 5 == 0:
        headers["anthropic-beta"] += ",token-efficient-tools-2025-02-19"  # want: PFX608 PFX605
    return {"extra_headers": headers, "max_tokens": 800}


def converse(questions):
    messages = [{"role": "system", "content": SYSTEM}]
    for turn, question in enumerate(questions):  # want: PFX608 PFX605
        messages.append({"role": "user", "content": question})
        reply = litellm.completion(model="anthropic/claude-sonnet-5", messages=messages, **options(turn))
        messages.append({"role": "assistant", "content": reply.choices[0].message.content})
    return messages
