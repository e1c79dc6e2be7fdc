"""The values of an enumeration in the schema come from a set."""

from openai import OpenAI

client = OpenAI()
RULES = "Name the genre of a book from its first page. " * 100


def genres(books) -> list[str]:
    return list({book.genre for book in books})  # want: PFX301 PFX302


def classify(books, page: str):
    schema = {"type": "object", "properties": {"genre": {"enum": genres(books)}}}
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": page}],
        response_format={"type": "json_schema", "json_schema": {"name": "g", "schema": schema}},
    )
