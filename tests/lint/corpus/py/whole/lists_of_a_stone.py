"""Each stone is read in a talk of its own; the guide stands in front of what is its own, and all ask for one schema."""

from openai import OpenAI

client = OpenAI()
GUIDE = "You read inscriptions on stones. Give the name first, then the year. Doubtful letters are dotted. " * 60
WORD = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}


class Stone:
    def __init__(self, number: str, text: str, words: list[str]):
        self.number = number
        self.text = text
        self.words = words


def read(stone: Stone) -> str:
    made = {"type": "json_schema", "json_schema": {"name": "word", "schema": WORD}}
    said = [
        {"role": "system", "content": GUIDE},
        {"role": "user", "content": f"{stone.text}\n\nOne of: {', '.join(stone.words)}"},
    ]
    answer = client.chat.completions.create(model="gpt-5.1", messages=said, response_format=made)
    return answer.choices[0].message.content


def read_all(stones: list[Stone]) -> dict[str, str]:
    return {stone.number: read(stone) for stone in stones}
