"""The names that programs import from `sglang.lang.choices`: the ways to decide between choices, by name."""

from __future__ import annotations

from ..ir.sampling import SelectMethod

token_length_normalized: SelectMethod = "token_length_normalized"
greedy_token_selection: SelectMethod = "greedy_token_selection"
unconditional_likelihood_normalized: SelectMethod = "unconditional_likelihood_normalized"
