import getpass
import subprocess

import anthropic


def repo_state() -> str:
    out = subprocess.run(
        ["git", "status", "--short"], capture_output=True, text=True
    )  # want: PFX105 PFX201
    return out.stdout


def ask(history: list[dict]):
    # want: PFX105 PFX201
    system = (
        f"User: {getpass.getuser()}\nRepository:\n{repo_state()}\n"
        + "You review code. Be kind. " * 60
    )
    return anthropic.Anthropic().messages.create(
        model="claude-opus-5", max_tokens=900, system=system, messages=history
    )
