"""Control-room copilot. Prompts are string.Template files because operators edit them."""
import string
from importlib import resources

import pendulum
from litellm import completion

_TEMPLATE = string.Template(
    "Shift log as of $stamp, site $site.\n"
    "$dutybook\n"
    "Answer in the language of the operator.\n"
)


def _dutybook() -> str:
    return resources.files("controlroom").joinpath("dutybook.txt").read_text("utf-8")


def _variables(site: str) -> dict[str, str]:
    clock = pendulum.now("Europe/Oslo")  # want: PFX101 PFX201
    return {
        "stamp": clock.to_datetime_string(),
        "site": site,
        "dutybook": _dutybook(),
    }


def render(site: str) -> str:
    return _TEMPLATE.safe_substitute(_variables(site))  # want: PFX101 PFX201


def advise(site: str, alarm: str) -> str:
    result = completion(
        model="azure/gpt-4.1",
        messages=[
            {"role": "system", "content": render(site)},
            {"role": "user", "content": alarm},
        ],
        temperature=0.1,
    )
    return result["choices"][0]["message"]["content"]
