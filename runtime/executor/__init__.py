"""The interpreter of plans: instances, steps, control flow, host functions, bounded work in flight.

Callers make an `executor.Executor` and await its `run`; the other files are the steps that it takes.
"""
