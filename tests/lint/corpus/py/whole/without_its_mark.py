import litellm

RULES = "Describe the print for the catalogue: what it shows, its state, and its maker. " * 8
MARK = "PRINT:"


def kept(found: str) -> str:
    return found[len(MARK) :] if found.startswith(MARK) else found


def describe(found: str) -> str:
    messages = [
        {"role": "user", "content": kept(found)},
        {"role": "system", "content": RULES},
    ]
    return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content
