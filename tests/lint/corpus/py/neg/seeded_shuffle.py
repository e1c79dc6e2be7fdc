import random

from openai import OpenAI

EXAMPLES = ["a -> b", "c -> d", "e -> f", "g -> h"]
random.Random(11).shuffle(EXAMPLES)


def ask(text: str) -> str:
    system = "Map letters.\n" + "\n".join(EXAMPLES) + "\nSay only the letter. " * 20
    return (
        OpenAI()
        .chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        )
        .choices[0]
        .message.content
    )
