"""A registry of tools."""
