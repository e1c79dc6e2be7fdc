"""The embedded engine: a radix cache, a scheduler and a model from transformers."""
