from openai import OpenAI

client = OpenAI()


def title_of(first: str) -> str:
    return (
        client.chat.completions.create(
            model="gpt-5.1-mini",
            messages=[
                {"role": "system", "content": "Give a title of three words."},
                {"role": "user", "content": first[:400]},
            ],
        )
        .choices[0]
        .message.content
    )


def export(messages: list[dict]) -> dict:
    recent = messages[-5:]
    return {"title": title_of(messages[0]["content"]), "recent": recent}
