"""A program with two calls behind a branch that a host function decides: at `-O2` both are warmed while it runs."""

PENDING = """
extern def is_open(shop: str) -> bool

program write(shop: str) -> str:
    "About {shop}, which I visit often."
    open = is_open(shop)
    if open:
        "\\nThe shop is open now. Write an invitation of two sentences to the customers who were here last week."
        answer = gen(max_tokens=8)
    else:
        "\\nIt is closed now. Write an apology of two sentences to the customers who stand before the door."
        answer = gen(max_tokens=8)
    return answer
"""
