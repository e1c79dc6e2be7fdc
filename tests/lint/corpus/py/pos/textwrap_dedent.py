"""A dedented block with the process's uptime."""

import textwrap
import time

import litellm

START = time.monotonic()
MANUAL = "Pump three is primed by hand. Valve two opens to the left. " * 80


def header() -> str:
    return textwrap.dedent(
        f"""\
        Plant assistant.
        Up for {time.monotonic() - START:.0f} seconds.
        """  # want: PFX101
    ).strip()


def ask(question):
    return litellm.completion(
        model="gpt-5.1",
        messages=[
            {"content": header() + "\n" + MANUAL, "role": "system"},
            {"content": question, "role": "user"},
        ],
    )
