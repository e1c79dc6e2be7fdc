"""A page that does reach a model."""
