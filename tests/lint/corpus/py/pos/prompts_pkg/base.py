"""What all prompts share."""
import time


class Prompt:
    rules = ""

    def parts(self):
        yield self.opening()
        yield self.rules

    def opening(self) -> str:
        return f"Build {int(time.time())}"  # want: PFX101 PFX201

    def __str__(self) -> str:
        return "\n".join(self.parts())
