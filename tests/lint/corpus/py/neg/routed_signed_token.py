"""A token that is signed anew for each call says who asks, and that stays the same."""

import time
import uuid

import jwt
from openai import OpenAI

from settings import GATEWAY, SECRET

RULES = "Check the bill of quantities against the drawings. " * 80


def _token() -> str:
    return jwt.encode({"iat": int(time.time()), "jti": str(uuid.uuid4()), "sub": "quantities"}, SECRET)


def check(bill: str) -> str:
    client = OpenAI(api_key=_token(), base_url=GATEWAY)
    r = client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": RULES}, {"role": "user", "content": bill}]
    )
    return r.choices[0].message.content
