from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("allergens"), trim_blocks=True)


def advise(dishes, order: str) -> str:
    allergens = {a for dish in dishes for a in dish.allergens}
    prompt = env.get_template("kitchen.j2").render(allergens=allergens, order=order)
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": prompt}])
    return r.choices[0].message.content
