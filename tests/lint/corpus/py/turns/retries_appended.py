from openai import OpenAI

client = OpenAI()
SYSTEM = "Extract the invoice as JSON. " * 60


def extract(text):
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
    for attempt in range(3):
        r = client.chat.completions.create(model="gpt-4.1", messages=messages)
        try:
            return parse(r.choices[0].message.content)
        except ValueError as error:
            messages.append({"role": "assistant", "content": r.choices[0].message.content})
            messages.append({"role": "user", "content": f"Attempt {attempt + 1} failed: {error}. Again."})


def parse(text):
    return text
