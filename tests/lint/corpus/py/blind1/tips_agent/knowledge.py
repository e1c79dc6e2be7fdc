from pathlib import Path

COOKBOOK = Path(__file__).with_name("cookbook.md").read_text(encoding="utf-8")
