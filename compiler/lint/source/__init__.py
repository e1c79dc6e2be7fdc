"""Programs of our own: `.sgl` files, whose lifetimes are declared and whose prompts are known."""
