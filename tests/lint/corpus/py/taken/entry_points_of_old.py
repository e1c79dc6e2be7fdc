from importlib.metadata import entry_points

from openai import OpenAI

client = OpenAI()
RULES = "Convert the recipe. Keep the order of the steps. Give weights in grams. " * 60


def styles():
    return "\n".join(each.name for each in entry_points()["kitchen.styles"])  # want: PFX301


def convert(turns):
    return client.chat.completions.create(
        model="gpt-5", messages=[{"role": "system", "content": styles() + RULES}, *turns]
    )
