"""An orchard names its apples; the signature is a text, in which the key of sorts comes last."""
from pathlib import Path

import dspy
from dspy import Predict

KEY = (Path(__file__).parent / "key_of_sorts.md").read_text(encoding="utf-8")


class Orchard(dspy.Module):
    def __init__(self) -> None:
        super().__init__()
        self.name_sort = Predict("apple: str, key_of_sorts: str -> sort: str")

    async def aforward(self, apple: str):
        return await self.name_sort.acall(apple=apple, key_of_sorts=KEY)  # want: PFX201
