"""Prompt lookup: guesses what comes next from where the last tokens stood before.

A guess is right only if it is the very token that sampling chooses at its position, so that texts are those without
guessing, sampled ones too.
"""

import numpy as np

from .radix import Ids

# The longest run of last tokens that is looked for, and the shortest.
LONGEST, SHORTEST = 4, 2


def look_up(ids: Ids, most: int) -> Ids:
    """The tokens that followed the last occurrence of the longest run that `ids` end with; at most `most`."""
    for size in range(min(LONGEST, len(ids) - 1), SHORTEST - 1, -1):
        starts = np.flatnonzero(ids[: len(ids) - size] == ids[-size])
        for offset in range(1, size):
            starts = starts[ids[starts + offset] == ids[len(ids) - size + offset]]
        if len(starts):
            at = int(starts[-1]) + size
            return ids[at : at + most]
    return ids[:0]
