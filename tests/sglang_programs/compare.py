"""The same programs in SGLang's front end and in ours: `python tests/sglang_programs/compare.py`.

Prints a table: program, compiled or direct, whether prompts, parameters and results are the same. SGLang's package
is fetched by `fetch_peer.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sglang_programs.answers import answer, choice  # noqa: E402
from sglang_programs.fetch_peer import PYTHON  # noqa: E402
from sglang_programs.ours import load, run_case  # noqa: E402

FILES = ("published", "chat", "branching", "forks", "idioms")
_OVER = "SGLang waits for ever for what is appended to the state of a run that is over"
_RACE = "SGLang's `in` does not wait for the call that will bind the name"
FAULTS: dict[str, str] = {
    "multi_chain": "what one arm of several binds is a text here, as SGLang's benchmarks read it; it gives a list",
    "a_conversation_goes_on": _OVER,
    "an_optional_system_goes_on": _OVER,
    "a_state_goes_on": _OVER,
    "was_it_asked_1": _RACE,
    "was_it_asked_2": _RACE,
}
"""By case: what SGLang itself gets wrong, so that ours may not be the same."""
_WITHOUT_EFFECT = (
    "logprob_start_len", "return_text_in_logprobs", "skip_special_tokens", "spaces_between_special_tokens",
)  # fmt: skip
COMPARED = ("text", "messages", "value", "variables", "error", "raised")


def peer_results(file: str) -> dict[str, Any]:
    """What the cases of a file do with SGLang's front end."""
    done = subprocess.run(
        [str(PYTHON), str(HERE / "peer.py"), str(HERE / f"{file}.py")],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def our_results(file: str, mode: str = "auto") -> dict[str, Any]:
    """What they do with ours."""
    module = load(HERE / f"{file}.py")
    return {case.name: run_case(case, answer, choice, mode) for case in module.CASES.all}


def differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """What is not the same, in words; nothing when all is."""
    found = [
        f"{name}: {theirs.get(name)!r} against {ours.get(name)!r}"
        for name in COMPARED
        if _shown(name, theirs) != _shown(name, ours)
    ]
    asked = Counter(_keys(theirs["calls"])), Counter(_keys(ours["calls"]))
    only = [sorted(a - b) for a, b in (asked, asked[::-1])]
    for each, other in zip_longest(*only):
        found.append(_apart(each or "nothing", other or "nothing"))
    return found


def _apart(one: str, two: str) -> str:
    """Where two calls begin to differ."""
    at = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    start = max(at - 40, 0)
    return f"SGLang asks ...{one[start : at + 80]} against ...{two[start : at + 80]}"


def _shown(name: str, result: dict[str, Any]) -> Any:
    found = result.get(name)
    if (
        name == "messages" and found is not None
    ):  # SGLang drops white space at the beginning of a turn
        return [{**each, "content": each["content"].lstrip()} for each in found]
    if name == "variables" and found is not None:
        return {k: v for k, v in found.items() if not _is_unnamed(k)}
    return found


def _is_unnamed(name: str) -> bool:
    return name.startswith("gen_") and name[4:].isdigit()


def _keys(calls: list[list[Any]]) -> list[str]:
    """Each call as a text. Greedy calls with equal prompts are one: they give the same, and may be asked once."""
    found: list[str] = []
    for kind, prompt, params in calls:
        if kind == "select":
            found.append(json.dumps([kind, prompt, params]))
            continue
        key = json.dumps([kind, prompt, _parameters(params)])
        if params["temperature"] != 0 or key not in found:
            found.append(key)
    return found


def _parameters(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a call, with those that were left out as what they then are."""
    found = {**params}
    for name in ("stop", "stop_token_ids", "stop_regex"):
        given = found.get(name) or []
        found[name] = [given] if isinstance(given, str) else list(given)
    found["return_logprob"] = bool(found.get("return_logprob"))
    found["top_logprobs_num"] = found.get("top_logprobs_num") or 0
    for name in (
        "logprob_start_len",
        "return_text_in_logprobs",
        "skip_special_tokens",
        "spaces_between_special_tokens",
    ):
        found.pop(name, None)
    numbers = {k: float(v) for k, v in found.items() if isinstance(v, int | float)}
    return dict(sorted({**found, **numbers}.items()))


def main() -> int:
    """Print the table; a difference that is not SGLang's fault makes it fail."""
    wrong = compiled = total = 0
    for file in sys.argv[1:] or FILES:
        theirs, ours = peer_results(file), our_results(file)
        for name, found in ours.items():
            different = differences(theirs[name], found)
            total += 1
            compiled += not found["direct"]
            fault = FAULTS.get(name)
            wrong += bool(different) and fault is None
            verdict = "same" if not different else (fault or "DIFFERS")
            print(f"{name:28} {'direct' if found['direct'] else 'compiled':9} {verdict}")
            for line in different if fault is None else ():
                print("    " + line[:600])
            for line in found["direct"]:
                print("    " + line.split("planned ahead: ")[-1][:300].replace("\n", " "))
    print(f"{total} programs, {compiled} compiled, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
