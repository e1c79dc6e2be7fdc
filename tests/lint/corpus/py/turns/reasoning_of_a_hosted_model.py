"""A hosted service that refuses reasoning in what is replayed: it is printed, and the answer alone is stored."""

from openai import OpenAI

client = OpenAI(base_url="https://api.deepseek.com", api_key="-")


def turn(history: list[dict], said: str) -> str:
    history.append({"role": "user", "content": said})
    message = client.chat.completions.create(model="deepseek-reasoner", messages=history).choices[0].message
    print(message.reasoning_content)
    history.append({"role": "assistant", "content": message.content})
    return message.content
