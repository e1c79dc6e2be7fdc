"""Host functions of the measured programs: a search and a look-up that take the time of a service nearby."""

import asyncio

SEARCH_S = 0.15
PROFILE_S = 0.3


async def search(query: str) -> str:
    """A line about what was asked for."""
    await asyncio.sleep(SEARCH_S)
    return f"the harbour log has {len(query)} entries about it, the last of 3 May"


async def profile(who: str) -> str:
    """A line about a user."""
    await asyncio.sleep(PROFILE_S)
    return f"{who} keeps the books of the harbour and reads little"


HOSTS = {"search": search, "profile": profile}
