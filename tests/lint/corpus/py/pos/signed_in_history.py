"""Pictures of old messages are signed anew."""

import litellm


def url(storage, key: str) -> str:
    return storage.generate_signed_url(key, expires=600)  # want: PFX102


def ask(storage, head: str, turns):
    messages = [{"role": "system", "content": head}]
    for t in turns:
        content = [{"type": "text", "text": t.text}]
        for key in t.pictures:
            content.append({"type": "image_url", "image_url": {"url": url(storage, key)}})
        messages.append({"role": t.role, "content": content})
    return litellm.completion(model="openai/gpt-5.1", messages=messages)
