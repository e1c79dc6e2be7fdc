"""A router of LiteLLM with a head that counts calls of the process."""

import itertools

from litellm import Router

router = Router(model_list=[])
_calls = itertools.count(1)
RULES = "Sort stamps by land and year. " * 150


async def sort(stamp: str):
    number = next(_calls)  # want: PFX201 PFX102
    return await router.acompletion(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": f"#{number}\n{RULES}"},
            {"role": "user", "content": stamp},
        ],
    )
