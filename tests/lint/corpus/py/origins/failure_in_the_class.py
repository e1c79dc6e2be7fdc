"""The error of the last run is written in front of the rules."""
import sys
import traceback

import anthropic

client = anthropic.Anthropic()
RULES = "Repair the shell script. Change as few lines as you can. Say what each change does. " * 80


class Repairer:
    last = ""

    def attempt(self, script: str, run):
        prompt = "\n\n".join([self.last, RULES]) if self.last else RULES
        r = client.messages.create(
            model="claude-sonnet-5", max_tokens=800, system=prompt, messages=[{"role": "user", "content": script}]
        )
        try:
            return run(r.content[0].text)
        except OSError:
            self.last = "".join(traceback.format_exception(*sys.exc_info()))  # want: PFX201
        return None
