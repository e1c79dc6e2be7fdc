"""The clerk's prompt."""
from .base import Prompt


class ClerkPrompt(Prompt):
    rules = "Give the shelf mark of each book. " * 120
