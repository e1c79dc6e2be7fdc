from pathlib import Path

from celery import Celery, chain, group
from openai import OpenAI

app = Celery("reports", broker="amqp://rabbit", backend="rpc://")
client = OpenAI()
SYSTEM = Path("prompts/branch_report.md").read_text()


@app.task
def branch_report(figures: str) -> str:
    r = client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": figures}],
    )
    return r.choices[0].message.content


@app.task
def store(text: str, name: str) -> None:
    Path("out", f"{name}.md").write_text(text)


def nightly(branches: dict[str, str]) -> None:
    names = sorted(branches)
    lead, rest = names[0], names[1:]
    fan = group(chain(branch_report.si(branches[n]), store.s(n)) for n in rest)
    chain(branch_report.si(branches[lead]), store.s(lead), fan).apply_async()
