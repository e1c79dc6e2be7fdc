import ast
import os
from pathlib import Path

from litellm import completion

SKIP = {".git", "node_modules", ".venv"}


def signatures(path: str) -> list[str]:
    with open(path, encoding="utf-8") as fh:
        tree = ast.parse(fh.read())
    return [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]


def repo_map(root: str) -> str:
    lines = []
    for folder, dirs, names in os.walk(root):  # want: PFX301
        dirs[:] = [d for d in dirs if d not in SKIP]
        for name in names:
            if name.endswith(".py"):
                full = os.path.join(folder, name)
                lines.append(f"{os.path.relpath(full, root)}: {', '.join(signatures(full))}")
    return "\n".join(lines)


def review(root: str, diff: str) -> str:
    guide = Path("REVIEW_GUIDE.md").read_text()
    r = completion(
        model="openai/gpt-4.1",
        messages=[
            {"role": "system", "content": f"{guide}\n\n<map>\n{repo_map(root)}\n</map>"},  # want: PFX301
            {"role": "user", "content": diff},
        ],
    )
    return r.choices[0].message.content
