import datetime as dt

from jinja2 import Environment, FileSystemLoader
from openai import AsyncOpenAI

client = AsyncOpenAI()
env = Environment(loader=FileSystemLoader("async_render"), enable_async=True)


async def ask(question: str):
    head = await env.get_template("page_asy.j2").render_async(stamp=dt.datetime.now(dt.UTC))  # want: PFX101 PFX201
    return await client.responses.create(model="gpt-5.1", instructions=head, input=question)
