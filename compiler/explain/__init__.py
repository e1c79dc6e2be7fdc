"""What the plan says before a run, and the trace after it, as one report in several forms.

`make` builds the report with `model/`, `over_rows` and `measure` add what a run did, `price_plan` and `priced` what it
costs; `text/`, `html` with `page/`, `mermaid` and `diff` show it.
"""
