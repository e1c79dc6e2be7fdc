"""The interpreter of plans: instances, steps, control flow, host functions, bounded work in flight.

Callers make an `executor.Executor` and await its `run`; the other files are the steps that it takes. How
many calls may be in flight is said in `executor`, counted by `concurrency`, and taken by `asking.modelcall`.
"""
