"""A judge of recipes with the service's own breakpoint, which stands behind the recipe."""

from anthropic import Anthropic

client = Anthropic()
POINTS = "Judge the recipe: amounts, order of the steps, safety, seasons, cost. One to ten each. " * 60


def judge(recipe: str, wish: str):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=100,
        cache_control={"type": "ephemeral"},  # want: PFX602 PFX604
        messages=[{"role": "user", "content": f"{POINTS}\n\n{wish}\n\n{recipe}"}],
    )
