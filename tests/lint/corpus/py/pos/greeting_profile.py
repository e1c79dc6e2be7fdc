"""Name, language and time zone of the user stand at the top."""

from openai import OpenAI

client = OpenAI()
RULES = "Give advice on houseplants. Ask for a photo when unsure. " * 70


def system_for(user) -> str:
    return (
        f"You talk to {user.name} ({user.language}, {user.timezone}).\n" + RULES
    )  # want: PFX201 PFX104


def ask(user, text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": system_for(user)},
            {"role": "user", "content": text},
        ],
    )
