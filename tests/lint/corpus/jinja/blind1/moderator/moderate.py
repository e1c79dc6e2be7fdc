from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litellm import completion

env = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def load_watchlist(*files: Path) -> set[str]:
    words: set[str] = set()  # want: PFX301
    for file in files:
        words.update(w.strip().lower() for w in file.read_text().splitlines() if w.strip())
    return words  # want: PFX301


def moderate(comment: str, files: list[Path]) -> str:
    system = env.get_template("system.md.j2").render(watchlist=load_watchlist(*files))
    r = completion(
        model="openai/gpt-4.1-mini",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": comment}],
    )
    return r.choices[0].message.content
