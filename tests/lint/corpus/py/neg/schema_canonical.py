import json

from openai import OpenAI

client = OpenAI()


def fields_of(rows: list[dict]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        found |= row.keys()
    return found


def extract(rows: list[dict], text: str) -> str:
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in fields_of(rows)},
    }
    system = (
        "Fill in this form:\n"
        + json.dumps(schema, sort_keys=True)
        + "\n"
        + "Leave out what is not said. " * 20
    )
    return (
        client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        )
        .choices[0]
        .message.content
    )
