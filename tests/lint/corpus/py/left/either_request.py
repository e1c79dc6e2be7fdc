import subprocess
import sys

import litellm

RULES = "You mend commands that failed. Say what to run, in one block, and nothing else. " * 20
HEAD = "Answer THIS question by telling me which code to run. What I ran stands behind it, as far as it matters to you, and it may not. "
TAIL = "Please help me resolve the final error above by telling me what to run, in one block of code."


def main() -> None:
    wish = " ".join(sys.argv[1:])
    said = subprocess.check_output(["fc", "-ln", "-10"]).decode()  # want: PFX105 PFX201
    if wish:
        asked = HEAD * 12 + wish + said
    else:
        asked = said.strip() + "\n\n" + TAIL * 12
    messages = [{"role": "system", "content": RULES}, {"role": "user", "content": asked}]
    print(litellm.completion(model="gpt-4o", messages=messages))
