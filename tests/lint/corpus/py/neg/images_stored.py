from openai import OpenAI


def as_parts(message: dict) -> dict:
    if message["kind"] != "image":
        return {"role": message["role"], "content": message["text"]}
    return {
        "role": message["role"],
        "content": [
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{message['data']}"}}
        ],
    }


def ask(history: list[dict]):
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[as_parts(m) for m in history]
    )
