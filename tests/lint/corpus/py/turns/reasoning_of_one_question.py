"""One question each: what was thought is logged, and the answer goes into a table that is never sent."""

from openai import OpenAI

client = OpenAI(base_url="http://localhost:8000/v1", api_key="-")


def label(rules: str, texts: list[str]) -> list[dict]:
    labelled = []
    for each in texts:
        asked = [{"role": "system", "content": rules}, {"role": "user", "content": each}]
        message = client.chat.completions.create(model="qwen3-32b", messages=asked).choices[0].message
        print(message.reasoning_content)
        labelled.append({"role": "assistant", "content": message.content})
    return labelled
