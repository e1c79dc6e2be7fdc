"""Lists the benchmarks; `python -m benchmarks.NAME` runs one."""

import ast
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def commands() -> dict[str, str]:
    """The modules that can be run, with the first sentence of what each says of itself."""
    found: dict[str, str] = {}
    for file in sorted(FOLDER.glob("[!_]*.py")):
        tree = ast.parse(file.read_text())
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            text = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
            found[file.stem] = text.partition(". ")[0].rstrip(".")
    return found


def main() -> None:
    """Print the list."""
    print("python -m benchmarks.NAME [--help]\n")
    for name, text in commands().items():
        print(f"  {name:<12} {text}")
    print("\nResults are kept under benchmarks/results/, with date and hardware.")


if __name__ == "__main__":
    main()
