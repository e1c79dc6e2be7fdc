"""What the plan says before a run, and the trace after it, as one report in several forms."""
