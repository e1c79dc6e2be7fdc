import itertools
from pathlib import Path

import litellm

_sequence = itertools.count(1)
GUIDE = Path("prompts/radiology.md").read_text()


def numbered(text: str) -> str:
    return f"Request #{next(_sequence):06d}\n{text}"  # want: PFX201 PFX102


def impression(findings: str) -> str:
    r = litellm.completion(
        model="azure/gpt-4.1",
        messages=[
            {"role": "system", "content": numbered(GUIDE)},  # want: PFX201 PFX102
            {"role": "user", "content": findings},
        ],
    )
    return r.choices[0].message.content
