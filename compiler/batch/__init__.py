"""The order of a batch: of its rows, and of the sections that a program leaves free.

`running.execution` asks `order.batch_order`; `explain` asks `foreseen` for what rows will ask.
"""
