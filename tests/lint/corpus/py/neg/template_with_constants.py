"""Templates of a module filled with its own constants."""

import textwrap

from litellm import acompletion

LANGUAGES = ("French", "Latin", "Basque")
SYSTEM = textwrap.dedent(
    """
    You translate between {languages}.
    {rules}
    """
)
RULES = "Keep names as they are. " * 80


def system() -> str:
    return SYSTEM.format(languages=", ".join(LANGUAGES), rules=RULES)


async def translate(history, text):
    return await acompletion(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system()}, *history, {"role": "user", "content": text}],
    )
