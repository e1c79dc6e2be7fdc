"""Pictures of the history are signed anew each time."""
import boto3
from openai import OpenAI

s3 = boto3.client("s3")
client = OpenAI()


class Album:
    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def link(self, key: str) -> str:
        return s3.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=600)  # want: PFX102 PFX101 PFX207

    def part(self, key: str) -> dict:
        return {"type": "image_url", "image_url": {"url": self.link(key)}}


def describe(album: Album, stored: list[dict], text: str):
    messages = [{"role": "system", "content": "Describe the pictures for a blind reader. " * 120}]
    for item in stored:
        if keys := item.get("pictures"):
            messages.append({"role": "user", "content": [{"type": "text", "text": item["text"]}, *map(album.part, keys)]})
        else:
            messages.append({"role": item["role"], "content": item["text"]})
    messages.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
