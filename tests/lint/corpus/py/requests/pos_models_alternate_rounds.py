from openai import OpenAI

client = OpenAI()
MODELS = ["gpt-5.5", "gpt-5.5-mini"]
HEAD = {"role": "system", "content": "You write a novel with somebody. " * 90}


def write(turns, rounds):
    for n in range(rounds):
        r = client.chat.completions.create(model=MODELS[n % 2], messages=[HEAD, *turns])  # want: PFX606
        turns.append({"role": "assistant", "content": r.choices[0].message.content})
    return turns
