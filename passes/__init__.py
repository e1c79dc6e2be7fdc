"""The optimizations, one file each, and the runner that applies them."""
