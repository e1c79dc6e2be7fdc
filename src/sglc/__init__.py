"""The public door of sglc: every public name, imported when it is first asked for.

Importing this module costs nothing and never brings in torch: names are looked up in a literal
table of modules rather than imported here.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the same names for type checkers
    from .compiler.api.endpoints import (
        Endpoint as Endpoint,
    )
    from .compiler.api.endpoints import (
        Engine as Engine,
    )
    from .compiler.api.endpoints import (
        Mock as Mock,
    )
    from .compiler.api.endpoints import (
        Runtime as Runtime,
    )
    from .compiler.api.endpoints import (
        flush_cache as flush_cache,
    )
    from .compiler.api.endpoints import (
        get_server_info as get_server_info,
    )
    from .compiler.api.endpoints import (
        set_default_backend as set_default_backend,
    )
    from .compiler.api.lowering import DirectModeWarning as DirectModeWarning
    from .compiler.api.program import Program as Program
    from .compiler.api.program import function as function
    from .compiler.api.servers import (
        Anthropic as Anthropic,
    )
    from .compiler.api.servers import (
        LiteLLM as LiteLLM,
    )
    from .compiler.api.servers import (
        OpenAI as OpenAI,
    )
    from .compiler.api.servers import (
        RuntimeEndpoint as RuntimeEndpoint,
    )
    from .compiler.api.state import State as State
    from .compiler.api.unsupported import (
        Crusoe as Crusoe,
    )
    from .compiler.api.unsupported import (
        VertexAI as VertexAI,
    )
    from .compiler.api.unsupported import (
        global_config as global_config,
    )
    from .compiler.api.unsupported import (
        video as video,
    )
    from .compiler.driver.compilation import (
        Options as Options,
    )
    from .compiler.driver.compilation import (
        compile_file as compile_file,
    )
    from .compiler.driver.compilation import (
        compile_module as compile_module,
    )
    from .compiler.lint.record import recorded as recorded
    from .compiler.lint.stability import assert_prefix_stable as assert_prefix_stable
    from .ir.diagnostic import CompileFailed as CompileFailed
    from .ir.diagnostic import Diagnostic as Diagnostic
    from .lang.python.promises import (
        pure as pure,
    )
    from .lang.python.promises import (
        total as total,
    )
    from .lang.python.surface import (
        assistant as assistant,
    )
    from .lang.python.surface import (
        assistant_begin as assistant_begin,
    )
    from .lang.python.surface import (
        assistant_end as assistant_end,
    )
    from .lang.python.surface import (
        gen as gen,
    )
    from .lang.python.surface import (
        gen_int as gen_int,
    )
    from .lang.python.surface import (
        gen_string as gen_string,
    )
    from .lang.python.surface import (
        image as image,
    )
    from .lang.python.surface import (
        select as select,
    )
    from .lang.python.surface import (
        separate_reasoning as separate_reasoning,
    )
    from .lang.python.surface import (
        system as system,
    )
    from .lang.python.surface import (
        system_begin as system_begin,
    )
    from .lang.python.surface import (
        system_end as system_end,
    )
    from .lang.python.surface import (
        tool as tool,
    )
    from .lang.python.surface import (
        tool_begin as tool_begin,
    )
    from .lang.python.surface import (
        tool_end as tool_end,
    )
    from .lang.python.surface import (
        user as user,
    )
    from .lang.python.surface import (
        user_begin as user_begin,
    )
    from .lang.python.surface import (
        user_end as user_end,
    )
    from .runtime.executor.asking.choices import (
        greedy_token_selection as greedy_token_selection,
    )
    from .runtime.executor.asking.choices import (
        token_length_normalized as token_length_normalized,
    )
    from .runtime.executor.asking.choices import (
        unconditional_likelihood_normalized as unconditional_likelihood_normalized,
    )
    from .runtime.plan.errors import RunError as RunError

__version__ = "0.1.0"

# Public name -> module that defines it. The door exports what is listed here and nothing else.
_MODULES: dict[str, tuple[str, ...]] = {
    "sglc.compiler.api.program": ("Program", "function"),
    "sglc.compiler.api.state": ("State",),
    "sglc.compiler.api.endpoints": (
        "Endpoint",
        "Engine",
        "Mock",
        "Runtime",
        "flush_cache",
        "get_server_info",
        "set_default_backend",
    ),
    "sglc.compiler.api.lowering": ("DirectModeWarning",),
    "sglc.compiler.api.servers": ("Anthropic", "LiteLLM", "OpenAI", "RuntimeEndpoint"),
    "sglc.compiler.driver.compilation": ("Options", "compile_file", "compile_module"),
    "sglc.compiler.api.unsupported": (
        "Crusoe",
        "VertexAI",
        "global_config",
        "video",
    ),
    "sglc.compiler.lint.record": ("recorded",),
    "sglc.compiler.lint.stability": ("assert_prefix_stable",),
    "sglc.ir.diagnostic": ("CompileFailed", "Diagnostic"),
    "sglc.lang.python.promises": ("pure", "total"),
    "sglc.lang.python.surface": (
        "assistant",
        "assistant_begin",
        "assistant_end",
        "gen",
        "gen_int",
        "gen_string",
        "image",
        "select",
        "separate_reasoning",
        "system",
        "system_begin",
        "system_end",
        "tool",
        "tool_begin",
        "tool_end",
        "user",
        "user_begin",
        "user_end",
    ),
    "sglc.runtime.executor.asking.choices": (
        "greedy_token_selection",
        "token_length_normalized",
        "unconditional_likelihood_normalized",
    ),
    "sglc.runtime.plan.errors": ("RunError",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

# Modules that programs reach by a path from here, as `sgl.lang.ir.REGEX_INT`.
_ROOMS = ("lang", "test", "utils")

__all__ = ["__version__"]
__all__ += list(_MODULE_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    """Import the module that defines `name`, and keep the value for the next look-up."""
    if name in _ROOMS:
        return import_module(f"sglc.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module `sglc` has no attribute `{name}`")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, whether or not they were imported yet."""
    return sorted({*globals(), *_MODULE_OF})
