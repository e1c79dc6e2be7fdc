"""Execution of a plan: executor, backends and the embedded engine; it never sees the IR."""
