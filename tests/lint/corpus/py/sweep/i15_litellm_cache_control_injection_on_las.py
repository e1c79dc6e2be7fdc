"""Litellm cache_control_injection on last index one-shot."""

import litellm
RUBRIC = "For i15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def grade(essay):
    return litellm.completion(model="anthropic/claude-sonnet-5", messages=[{"role":"system","content":RUBRIC},{"role":"user","content":essay}], cache_control_injection_points=[{"location":"message","index":-1}])  # want: PFX602
def grade_all(essays): return [grade(e) for e in essays]
