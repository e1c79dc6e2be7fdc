"""Sections chosen with match."""
from datetime import datetime

import litellm

RULES = "You help with the accounts of a club. " * 120


def section(kind: str) -> str:
    match kind:
        case "rules":
            return RULES
        case "clock":
            return f"Time: {datetime.now():%H:%M}"  # want: PFX101 PFX201
        case _:
            return ""


def ask(question: str):
    system = "\n".join(filter(None, map(section, ("clock", "rules"))))
    return litellm.completion(
        model="openai/gpt-5.1",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": question}],
    )
