"""A key by a hash that is salted anew in each process, and made of what is asked."""

from openai import OpenAI

client = OpenAI()
RULES = "Say which department a letter is for, and why, in one line. " * 80


def _shard(letter: str, of: int = 64) -> str:
    return f"letters-{hash(letter) % of}"  # want: PFX607


def sort(letter: str) -> str:
    return client.responses.create(
        model="gpt-5.1-mini", instructions=RULES, input=letter, prompt_cache_key=_shard(letter)
    ).output_text
