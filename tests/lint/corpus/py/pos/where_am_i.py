import os
import platform
from pathlib import Path

from openai import OpenAI


def environment() -> str:
    return "\n".join(
        [
            "<env>",
            f"cwd: {Path.cwd()}",  # want: PFX105 PFX201
            f"os: {platform.system()} {platform.release()}",
            f"shell: {os.environ.get('SHELL', '')}",
            "</env>",
        ]
    )


def ask(history: list[dict]) -> str:
    system = (
        environment()
        + "\nYou run commands for the user. "
        + "Ask before anything is deleted. " * 40
    )
    return (
        OpenAI()
        .chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": system}, *history]
        )
        .choices[0]
        .message.content
    )
