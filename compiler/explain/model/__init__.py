"""The model of a plan and its workload: what repeats, what differs, how long it is, and what rows come to.

`make` builds a report with it, `over_rows` and `price_plan` ask it for sizes; nothing here shows anything.
"""
