"""Safe seams: places where a text may be cut into tokens whatever is appended later.

At a safe seam no continuation can change the tokens on the left, and tokenizing the right side on its own
gives the tokens that it has in the whole. Directly after a control token is always safe. Elsewhere a border
between two characters has to pass what a tokenizer does, in that order, each part of which is analysed
and not guessed:

- added tokens (`added.py`): no token may span the border, or see past it;
- the normalizer (`normal.py`): it must not join anything over the border, and what it makes of the two
  characters is what the next parts see;
- the pre-tokenizer (`splits.py`): it cuts there, or the piece over the border is the only thing that would
  change. Patterns are read as graphs of characters that may follow each other (`pattern.py`);
- the model (`vocabulary.py`), where the pre-tokenizer doesn't cut: no entry of the vocabulary spans the border.

A part that is not known leaves the control tokens alone. For `ir/target` only; the door is `seam_rule`.
"""

from .added import AddedTokens
from .rule import SeamRule, seam_rule
from .vocabulary import vocabulary

__all__ = ["AddedTokens", "SeamRule", "seam_rule", "vocabulary"]
