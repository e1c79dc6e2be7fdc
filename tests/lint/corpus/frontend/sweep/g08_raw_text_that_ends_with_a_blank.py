"""Raw text that ends with a blank."""

import sglc as sgl
SHOTS = "Q: Two and two?\nA: Four\n\n" * 8
@sgl.function
def reckon(s, sum_: str):
    s += SHOTS
    s += f"Q: {sum_}\nA: "  # want: PFX404 PFX402
    s += sgl.gen("answer", max_tokens=4, stop="\n")
