"""What a run did: one record per call, and what the same calls would have cost elsewhere.

The executor writes records; `explain`, tests and benchmarks read them.
"""
