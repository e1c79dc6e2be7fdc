"""Exports."""

from .head import build_head as build

__all__ = ["build"]
