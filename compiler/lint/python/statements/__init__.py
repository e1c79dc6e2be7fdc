"""Statements, room by room of their forms. The machine calls `execute`; nobody else does."""
