from jinja2 import Environment, FileSystemLoader
from anthropic import Anthropic

client = Anthropic()
env = Environment(loader=FileSystemLoader("hits_given"), trim_blocks=True)


def ask(index, question: str):
    hits = index.similarity_search(question, k=5)  # want: PFX204 PFX201 PFX202
    system = env.get_template("page_hit.j2").render(hits=hits)
    return client.messages.create(model="claude-sonnet-5", max_tokens=99, system=system, messages=[{"role": "user", "content": question}])
