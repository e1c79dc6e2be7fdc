"""`sglc lint`: find what breaks shared prefixes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def lint(*paths: Path, preview: Annotated[bool, Parameter(negative=())] = False, format: str = "full") -> int:
    """Find what breaks shared prefixes."""
    from ..lint.config import find_config
    from ..lint.report.data import result_data
    from ..lint.run import lint as run_lint
    import msgspec

    _, config = find_config(paths)
    config = msgspec.structs.replace(config, preview=preview)
    result = run_lint(list(paths), config)
    json.dump(result_data(result), sys.stdout, indent=1)
    return 2 if result.failed else 1 if result.fails_on(config.fail_on) else 0
