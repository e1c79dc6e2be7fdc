"""What runs passes: the runner, what it hands to each, and passes as text.

The driver calls `runner.run_pipeline`; a pass sees `context` alone.
"""
