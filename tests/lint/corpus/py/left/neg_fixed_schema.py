from openai import OpenAI

client = OpenAI()
RULES = "Choose the one label that fits the text best. " * 90
LABELS = ["bill", "letter", "order"]


def schema_of(labels: list[str]) -> dict:
    return {"name": "label", "schema": {"type": "object", "properties": {"label": {"type": "string", "enum": labels}}, "required": ["label"]}}


def classify(text: str) -> str:
    reply = client.chat.completions.create(
        model="gpt-5",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": text}],
        response_format={"type": "json_schema", "json_schema": schema_of(LABELS)},
    )
    return reply.choices[0].message.content
