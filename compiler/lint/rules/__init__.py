"""The rules of lint, one file each: what is looked for, why, what to write instead; and their registry."""

from __future__ import annotations

from ..finding import Cause, Evidence
from ..rule import Rule
from . import (
    pfx101_clock_in_prefix,
    pfx102_random_in_prefix,
    pfx103_date_in_prefix,
    pfx104_user_above_shared,
    pfx105_host_in_prefix,
    pfx106_undeclared_lifetime,
    pfx201_volatility_inversion,
    pfx202_hoistable_text,
    pfx203_siblings_diverge,
    pfx204_retrieval_in_prefix,
    pfx205_sampled_examples,
    pfx206_variants_in_prefix,
    pfx207_rewritten_history,
    pfx208_near_duplicate_text,
    pfx209_sent_not_stored,
    pfx210_shape_alternates,
    pfx211_reasoning_dropped,
    pfx212_side_call,
    pfx301_unordered_iteration,
    pfx302_schema_not_canonical,
    pfx303_arguments_reserialised,
    pfx304_tool_order,
    pfx305_tool_set_varies,
    pfx306_unstable_form,
    pfx307_completion_order,
    pfx401_line_endings,
    pfx402_trailing_blanks,
    pfx403_lookalike_characters,
    pfx404_unstable_seam,
    pfx405_prefix_too_short,
    pfx406_prefix_ends_mid_block,
    pfx501_template_clock,
    pfx502_template_not_monotone,
    pfx503_template_order,
    pfx504_template_fails,
    pfx505_revision_not_pinned,
    pfx601_too_many_breakpoints,
    pfx602_breakpoint_behind_volatile,
    pfx603_breakpoint_spacing,
    pfx604_never_read,
    pfx605_option_varies,
    pfx606_models_vary,
    pfx607_routing_key,
    pfx608_header_varies,
    pfx609_breakpoint_moves_back,
    pfx610_prefix_not_read,
    pfx701_cold_fan_out,
    pfx702_arms_diverge_early,
    pfx703_reuse_beyond_budget,
    pfx704_unused_generation,
    pfx705_identical_calls,
    pfx706_invariant_text_in_loop,
    pfx801_prefix_changed,
    pfx802_family_shares_less,
    pfx803_families_part,
    pfx900_not_analysed,
    pfx901_unused_suppression,
    pfx902_unknown_setting,
)

MODULES = (
    pfx101_clock_in_prefix,
    pfx102_random_in_prefix,
    pfx103_date_in_prefix,
    pfx104_user_above_shared,
    pfx105_host_in_prefix,
    pfx106_undeclared_lifetime,
    pfx201_volatility_inversion,
    pfx202_hoistable_text,
    pfx203_siblings_diverge,
    pfx204_retrieval_in_prefix,
    pfx205_sampled_examples,
    pfx206_variants_in_prefix,
    pfx207_rewritten_history,
    pfx208_near_duplicate_text,
    pfx209_sent_not_stored,
    pfx210_shape_alternates,
    pfx211_reasoning_dropped,
    pfx212_side_call,
    pfx301_unordered_iteration,
    pfx302_schema_not_canonical,
    pfx303_arguments_reserialised,
    pfx304_tool_order,
    pfx305_tool_set_varies,
    pfx306_unstable_form,
    pfx307_completion_order,
    pfx401_line_endings,
    pfx402_trailing_blanks,
    pfx403_lookalike_characters,
    pfx404_unstable_seam,
    pfx405_prefix_too_short,
    pfx406_prefix_ends_mid_block,
    pfx501_template_clock,
    pfx502_template_not_monotone,
    pfx503_template_order,
    pfx504_template_fails,
    pfx505_revision_not_pinned,
    pfx601_too_many_breakpoints,
    pfx602_breakpoint_behind_volatile,
    pfx603_breakpoint_spacing,
    pfx604_never_read,
    pfx605_option_varies,
    pfx606_models_vary,
    pfx607_routing_key,
    pfx608_header_varies,
    pfx609_breakpoint_moves_back,
    pfx610_prefix_not_read,
    pfx701_cold_fan_out,
    pfx702_arms_diverge_early,
    pfx703_reuse_beyond_budget,
    pfx704_unused_generation,
    pfx705_identical_calls,
    pfx706_invariant_text_in_loop,
    pfx801_prefix_changed,
    pfx802_family_shares_less,
    pfx803_families_part,
    pfx900_not_analysed,
    pfx901_unused_suppression,
    pfx902_unknown_setting,
)
"""Every rule's module, in the order of codes: its docstring is the rule's page."""

RULES: tuple[Rule, ...] = tuple(module.RULE for module in MODULES)
BY_CODE = {rule.code: rule for rule in RULES}
PAGES = {module.RULE.code: module.__doc__ or "" for module in MODULES}


def claiming(cause: Cause) -> tuple[Rule, ...]:
    """The rules that a cause belongs to, those of the default set first."""
    found = [rule for rule in RULES if cause in rule.causes]
    return tuple(sorted(found, key=lambda rule: not rule.is_default))


def page_of(code: str) -> str:
    """The page of a rule, as Markdown. Raises KeyError."""
    rule = BY_CODE[code]
    first, _, rest = PAGES[code].partition("\n\n")
    what = first.partition(": ")[2]
    body = _with_headings(rest)
    kind = "default set" if rule.is_default else "preview"
    head = f"# {code}: {rule.name}\n\n{rule.severity.value}, {kind}, fix: {rule.fix}\n"
    return f"{head}\n## What it does\n{what[:1].upper()}{what[1:]}\n\n{body.strip()}\n"


_HEADINGS = ("Why is this bad?", "Example", "Use instead", "Fix safety", "Known problems")


def _with_headings(text: str) -> str:
    return "\n".join(f"## {line}" if line in _HEADINGS else line for line in text.splitlines())


def rules_for(evidence: Evidence, enabled: frozenset[str]) -> tuple[Rule, ...]:
    """The enabled rules that name a piece of evidence, those of its own cause first."""
    causes = (evidence.cause, *evidence.beside)
    found = {rule.code: rule for cause in causes for rule in claiming(cause)}
    return tuple(rule for code, rule in found.items() if code in enabled)
