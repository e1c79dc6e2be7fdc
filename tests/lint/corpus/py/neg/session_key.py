"""A routing key per tenant, headers with ids, the user's id in metadata."""
import uuid
from openai import OpenAI

client = OpenAI()


def ask(tenant, messages):
    return client.chat.completions.create(
        model="gpt-5.1", messages=messages, prompt_cache_key=f"desk-{tenant}", metadata={"call": str(uuid.uuid4())},
        extra_headers={"X-Request-ID": uuid.uuid4().hex},
    )
