"""The three ways to pick a choice, on tables computed by hand."""

import pytest

from sglc.runtime.executor.asking.choices import decide


def test_mean_log_probability_ignores_length():
    # means: -1.0, -0.9, -2.0
    decision = decide("token_length_normalized", [[-1.0], [-0.3, -1.5], [-0.5, -3.5]])
    assert decision.chosen == 1
    assert decision.scores == pytest.approx((-1.0, -0.9, -2.0))


def test_equal_scores_go_to_the_first():
    assert decide("token_length_normalized", [[-2.0], [-1.0, -3.0]]).chosen == 0


def test_greedy_goes_token_by_token():
    # by mean the first wins (-0.65 to -0.7); its first token is less likely than the second's
    table = [[-0.7, -0.6], [-0.5, -0.9]]
    assert decide("token_length_normalized", table).chosen == 0
    assert decide("greedy_token_selection", table).chosen == 1


def test_greedy_pads_a_shorter_choice_with_its_own_mean():
    # "a" = [-0.2]; "a b" = [-0.2, -0.1]: position 1 compares -0.2 (padding) with -0.1
    assert decide("greedy_token_selection", [[-0.2], [-0.2, -0.1]]).chosen == 1
    assert decide("greedy_token_selection", [[-0.2], [-0.2, -0.3]]).chosen == 0


def test_greedy_stops_when_one_is_left():
    # the third is out after one token, although its second is certain
    decision = decide("greedy_token_selection", [[-1.0, -1.0], [-1.0, -2.0], [-1.1, 0.0]])
    assert decision.chosen == 0
    assert decision.scores == (2.0, 1.0, 0.0)


def test_unconditional_subtracts_what_is_likely_anyway():
    # gains: -1.0 - -0.5 = -0.5 ; -2.0 - -4.0 = 2.0
    decision = decide("unconditional_likelihood_normalized", [[-1.0], [-2.0]], [[-0.5], [-4.0]])
    assert decision.chosen == 1
    assert decision.scores == pytest.approx((-0.5, 2.0))


def test_a_missing_unconditional_first_token_counts_as_certain():
    # SGLang's reply starts with null: gains (-1 - 0 + -1 - -3) / 2 = 0.5 and (-0.5 - 0) / 1
    decision = decide("unconditional_likelihood_normalized", [[-1.0, -1.0], [-0.5]], [[-3.0], []])
    assert decision.chosen == 0
    assert decision.scores == pytest.approx((0.5, -0.5))


@pytest.mark.parametrize("method", ["token_length_normalized", "greedy_token_selection"])
def test_one_choice_wins(method):
    assert decide(method, [[-9.0, -9.0]]).chosen == 0
