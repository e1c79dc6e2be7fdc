"""A literal set is joined."""

import litellm

ALLOWED = {"read", "write", "list", "stat"}  # want: PFX301 | same
HEAD = "Work with files. " * 90


def ask(text: str):
    system = "Allowed: " + ", ".join(ALLOWED) + ". " + HEAD  # want: PFX301
    return litellm.completion(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
    )


UNUSED = ALLOWED
