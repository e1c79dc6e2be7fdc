import uuid

from openai import OpenAI

client = OpenAI()
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": minutes}],
        extra_headers={"x-request-id": str(uuid.uuid4()), "idempotency-key": uuid.uuid4().hex},
        metadata={"trace": uuid.uuid4().hex},
    )
    return r.choices[0].message.content
