from importlib.metadata import entry_points

from openai import OpenAI

client = OpenAI()
RULES = "Convert the recipe. Keep the order of the steps. Give weights in grams. " * 60


def style(name):
    return entry_points().select(group="kitchen.styles")[name].load()()


def convert(turns, name="metric"):
    return client.chat.completions.create(
        model="gpt-5", messages=[{"role": "system", "content": style(name) + RULES}, *turns]
    )
