"""The collector waits while a tree is made, and does not walk what was made as soon as it is let go."""

import subprocess
import sys

import pytest

HELD = """
with without_collection():
    assert not gc.isenabled()
    made = [[n] for n in range(MANY + 1)]
assert gc.isenabled()
assert gc.get_freeze_count() == 0
assert gc.get_count()[0] < MANY
assert any(each is made[0] for each in gc.get_objects(generation=2))
"""
GARBAGE = """
class Ring:
    pass
with without_collection():
    rings = [Ring() for _ in range(MANY + 1)]
    rings[0].itself = rings[0]
    del rings
gc.collect()
assert not any(isinstance(each, Ring) for each in gc.get_objects())
"""
FROZEN = """
gc.freeze()
count = gc.get_freeze_count()
with without_collection():
    made = [[n] for n in range(MANY + 1)]
assert gc.get_freeze_count() == count
"""


@pytest.mark.parametrize("script", [HELD, GARBAGE, FROZEN], ids=["held", "garbage", "frozen"])
def test_what_is_made_meanwhile_counts_as_old(script: str) -> None:
    """In a process of its own: this one has frozen what it loaded."""
    head = "import gc\nfrom sglc.ir.collector import MANY, without_collection\n"
    subprocess.run([sys.executable, "-c", head + script], check=True)
