"""Each stone has words of its own, which a schema lists in front of the guide."""

from openai import OpenAI

client = OpenAI()
GUIDE = "You read inscriptions on stones. Give the name first, then the year. Doubtful letters are dotted. " * 60


class Stone:
    def __init__(self, number: str, text: str, words: list[str]):
        self.number = number
        self.text = text
        self.words = words


def schema_of(stone: Stone) -> dict:
    fields = {"word": {"type": "string", "enum": stone.words}}
    return {"type": "object", "properties": fields, "required": ["word"], "additionalProperties": False}


def read(stone: Stone) -> str:
    made = {"type": "json_schema", "json_schema": {"name": "word", "schema": schema_of(stone)}}
    said = [{"role": "system", "content": GUIDE}, {"role": "user", "content": stone.text}]
    answer = client.chat.completions.create(model="gpt-5.1", messages=said, response_format=made)
    return answer.choices[0].message.content


def read_all(stones: list[Stone]) -> dict[str, str]:
    return {stone.number: read(stone) for stone in stones}  # want: PFX605
