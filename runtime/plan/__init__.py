"""The plan: its schema, its file form, the meaning of its expressions, and what can go wrong with it.

The planner writes it, everything of the runtime reads it; it imports no other room of the runtime.
"""
