from openai import OpenAI

client = OpenAI()
MANUAL = "You sort tickets. " * 200


def sort(ticket: str):
    model = "gpt-5.5" if len(ticket) > 2000 else "gpt-5.5-mini"
    return client.chat.completions.create(
        model=model, messages=[{"role": "system", "content": MANUAL}, {"role": "user", "content": ticket}])
