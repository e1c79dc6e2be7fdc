from openai import OpenAI

client = OpenAI()
RULES = "You play a game of questions. " * 90


def play(topic: str) -> str:
    lines = [f"Topic: {topic}"]
    for _ in range(20):
        prompt = RULES + "\n\n" + "\n".join(lines) + "\nNext:"
        r = client.completions.create(model="gpt-3.5-turbo-instruct", prompt=prompt)
        lines.append(r.choices[0].text)
    return lines[-1]
