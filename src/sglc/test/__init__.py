"""The names that benchmark scripts import from `sglang.test`."""
