"""A set is sorted in another function than the one that makes it."""

from openai import OpenAI

client = OpenAI()
HEAD = "Tag articles. " * 90


def tags(articles) -> set[str]:
    return {t for a in articles for t in a.tags}


def shown(found: set[str]) -> str:
    return ", ".join(sorted(found))


def ask(articles, text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": shown(tags(articles)) + HEAD},
            {"role": "user", "content": text},
        ],
    )
