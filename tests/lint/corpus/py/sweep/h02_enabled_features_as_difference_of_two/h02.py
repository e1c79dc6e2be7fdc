"""Enabled features as difference of two frozensets from settings module."""

import litellm
from settings import BETA, FEATURES
BRIEF = "For h02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def section(): return "Features: " + ", ".join(FEATURES - BETA)  # want: PFX301
def ask(log): return litellm.completion(model="openai/gpt-5.1", messages=[{"role":"system","content":BRIEF + section()}, *log])
