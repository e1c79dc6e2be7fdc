"""Findings as text and data: for people, for CI systems, for other tools."""
