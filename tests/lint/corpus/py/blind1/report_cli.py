import datetime as dt
from pathlib import Path

import click
from openai import OpenAI

ANALYST = Path("prompts/analyst.md").read_text()


@click.command()
@click.argument("source", type=click.File("r"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"))
@click.option("--model", default="gpt-4.1", show_default=True)
def report(source, out: Path, model: str) -> None:
    """Writes an analysis of SOURCE into a dated file."""
    started = dt.datetime.now()
    client = OpenAI()
    stream = client.chat.completions.create(
        model=model,
        stream=True,
        messages=[{"role": "system", "content": ANALYST}, {"role": "user", "content": source.read()}],
    )
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"report-{started:%Y%m%d-%H%M%S}.md"
    with target.open("w") as fh:
        fh.write(f"<!-- written {started.isoformat()} -->\n")
        for event in stream:
            if event.choices and event.choices[0].delta.content:
                fh.write(event.choices[0].delta.content)
    click.echo(f"{target} after {dt.datetime.now() - started}")


if __name__ == "__main__":
    report()
