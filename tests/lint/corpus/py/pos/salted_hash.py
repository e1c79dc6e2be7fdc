"""`hash` of a string differs in each process."""

import litellm

RULES = "Answer from the handbook. " * 90


def head(handbook: str) -> str:
    return f"[handbook {hash(handbook) & 0xFFFF:04x}]\n{RULES}"  # want: PFX102


def ask(handbook: str, question: str):
    return litellm.completion(
        model="openai/gpt-5.1",
        messages=[
            {"role": "system", "content": head(handbook)},
            {"role": "user", "content": question},
        ],
    )
