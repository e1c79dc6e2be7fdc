from jinja2 import Environment, FileSystemLoader
from litellm import completion

env = Environment(loader=FileSystemLoader("greeter"))
OPENINGS = ["You are cheerful.", "You are calm.", "You are brief."]


def greet(guest_message: str) -> str:
    system = env.get_template("prompt.j2").render(openings=OPENINGS)
    r = completion(
        model="openai/gpt-4.1-mini",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": guest_message}],
    )
    return r.choices[0].message.content
