"""A token with a clock authorises the call; it isn't in the prompt."""

import time

import jwt
from openai import OpenAI

RULES = "Explain tax forms line by line. " * 120


def client_for(secret: str) -> OpenAI:
    token = jwt.encode({"iat": int(time.time())}, secret)
    return OpenAI(api_key=token, base_url="https://gateway.example/v1")


def explain(secret: str, line: str):
    return client_for(secret).chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": line}],
    )
