"""The `.sgl` language: grammar, syntax tree, checks, lowering and formatter."""
