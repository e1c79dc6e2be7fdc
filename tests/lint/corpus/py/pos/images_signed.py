import boto3
from openai import OpenAI

s3 = boto3.client("s3")


def as_parts(message: dict) -> dict:
    if message["kind"] != "image":
        return {"role": message["role"], "content": message["text"]}
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "b", "Key": message["key"]}
    )  # want: PFX102 PFX101 PFX207
    return {"role": message["role"], "content": [{"type": "image_url", "image_url": {"url": url}}]}


def ask(history: list[dict]):
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[as_parts(m) for m in history]
    )
