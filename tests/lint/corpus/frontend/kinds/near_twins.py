"""Near twins."""

import sglc as sgl

SELL = """You answer for the box office of a small theatre. Name row and seat of every ticket that you speak of.
Sell at most six tickets to one caller. Doors open an hour before the play. Students pay half on weekdays.
When a play is sold out, offer the waiting list and say how many are on it. Never name who sits where.
"""  # want: PFX208
RETURN = """You answer for the box office of a small theatre.  Name row and seat of every ticket that you speak of.
Sell at most six tickets to one caller.  Doors open an hour before the play; students pay half on weekdays.
When a play is sold out, offer the waiting list and say how many are on it! Never name who sits where.
"""


@sgl.function
def sell(s, wish: str):
    s += sgl.system(SELL)  # want: PFX208
    s += sgl.user(wish)
    s += sgl.assistant(sgl.gen("answer"))  # want: PFX208


@sgl.function
def give_back(s, wish: str):
    s += sgl.system(RETURN)
    s += sgl.user(wish)
    s += sgl.assistant(sgl.gen("answer"))  # want: PFX208
