"""The reasoning is shown, and stored beside the answer that it belongs to."""

from openai import OpenAI

client = OpenAI(base_url="http://localhost:8000/v1", api_key="-")


def kept(message) -> dict:
    made = {"role": "assistant", "content": message.content}
    if message.reasoning_content:
        made["reasoning_content"] = message.reasoning_content
    return made


def turn(history: list[dict], said: str) -> str:
    history.append({"role": "user", "content": said})
    message = client.chat.completions.create(model="qwen3-32b", messages=history).choices[0].message
    print(message.reasoning_content)
    history.append(kept(message))
    return message.content
