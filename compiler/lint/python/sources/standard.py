"""The standard library's sources, by module: every function that reads a clock, draws, or asks the machine."""

from __future__ import annotations

from collections.abc import Mapping

from ...finding import Cause
from ...layout import SESSION
from .source import (
    ADDRESS,
    CLOCK,
    COMMAND,
    DATE,
    FAILURE,
    HOST,
    LOAD,
    RANDOM,
    SAMPLED,
    Source,
    clock_of,
    named,
)

_CLOCKS: Mapping[str, Source] = {
    **named("datetime.datetime", "now utcnow today", CLOCK),
    "datetime.date.today": DATE,
    **named(
        "time",
        "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns "
        "thread_time thread_time_ns clock_gettime clock_gettime_ns",
        CLOCK,
    ),
    **named("time", "localtime gmtime ctime asctime", clock_of(1)),
    "time.strftime": clock_of(2),
    "timeit.default_timer": CLOCK,
    "email.utils.formatdate": clock_of(1),
    "email.utils.localtime": clock_of(1),
    "os.times": CLOCK,
}

_CHANCE: Mapping[str, Source] = {
    **named("uuid", "uuid1 uuid4 uuid6 uuid7 uuid8 getnode", RANDOM),
    **named("secrets", "token_hex token_urlsafe token_bytes choice randbelow randbits", RANDOM),
    **named(
        "random",
        "random randint randrange uniform getrandbits randbytes gauss betavariate normalvariate triangular "
        "expovariate gammavariate lognormvariate paretovariate vonmisesvariate weibullvariate binomialvariate choice",
        RANDOM,
    ),
    **named("random", "sample choices shuffle", SAMPLED),
    **named("os", "urandom getrandom", RANDOM),
    **named("ssl", "RAND_bytes RAND_pseudo_bytes", RANDOM),
    "email.utils.make_msgid": RANDOM,
    **named(
        "tempfile",
        "mkdtemp mkstemp mktemp TemporaryDirectory NamedTemporaryFile TemporaryFile SpooledTemporaryFile",
        RANDOM,
    ),
}

_MACHINE: Mapping[str, Source] = {
    **named(
        "os",
        "getcwd getcwdb getlogin getpid getppid getpgid getpgrp getsid uname cpu_count process_cpu_count getuid "
        "geteuid getgid getegid getgroups getresuid getresgid get_terminal_size get_exec_path ctermid ttyname",
        HOST,
    ),
    "os.getloadavg": LOAD,
    **named("pathlib.Path", "cwd home", HOST),
    **named(
        "platform",
        "platform node uname version release machine system processor architecture mac_ver win32_ver win32_edition "
        "libc_ver java_ver freedesktop_os_release android_ver ios_ver",
        HOST,
    ),
    **named(
        "socket",
        "gethostname getfqdn gethostbyname gethostbyname_ex gethostbyaddr getaddrinfo getnameinfo if_nameindex",
        HOST,
    ),
    "getpass.getuser": HOST,
    **named("pwd", "getpwuid getpwnam getpwall", HOST),
    **named("grp", "getgrgid getgrnam getgrall", HOST),
    **named(
        "locale",
        "getlocale getdefaultlocale setlocale getpreferredencoding getencoding localeconv nl_langinfo",
        HOST,
    ),
    **named("shutil", "get_terminal_size", HOST),
    "shutil.disk_usage": LOAD,
    **named("threading", "get_ident get_native_id current_thread currentThread", HOST),
    **named("threading", "active_count activeCount enumerate", LOAD),
    "_thread.get_ident": HOST,
    **named("multiprocessing", "current_process parent_process cpu_count", HOST),
    "multiprocessing.active_children": LOAD,
    "asyncio.current_task": LOAD,
    "asyncio.all_tasks": LOAD,
    **named("resource", "getrusage getpagesize", LOAD),
    **named("tracemalloc", "get_traced_memory take_snapshot get_tracemalloc_memory", LOAD),
    **named("gc", "get_count get_stats", LOAD),
    **named("sys", "getrefcount getallocatedblocks", LOAD),
    **named(
        "subprocess", "run check_output getoutput getstatusoutput Popen call check_call", COMMAND
    ),
    **named("asyncio", "create_subprocess_exec create_subprocess_shell", COMMAND),
    **named("os", "popen system", COMMAND),
    **named("os.environ", "items values copy", HOST),
    "hash": Source(Cause.HASHED, SESSION),
    "id": ADDRESS,
    "object.__repr__": ADDRESS,
    "object.__hash__": ADDRESS,
    **named("traceback", "format_exc format_stack format_tb format_exception", FAILURE),
}

STANDARD: Mapping[str, Source] = {**_CLOCKS, **_CHANCE, **_MACHINE}
"""By dotted name."""

HOST_VALUES = frozenset({"sys.executable", "sys.prefix", "sys.exec_prefix"})
"""Names that aren't called and tell one machine from another."""

HERE = frozenset({"", ".", "./", "~", "~/"})
"""Paths that mean another folder on each machine, or in each working directory."""

HOST_VARIABLES = frozenset(
    "HOSTNAME HOST COMPUTERNAME USER USERNAME LOGNAME HOME USERPROFILE PWD OLDPWD POD_NAME POD_IP NODE_NAME "
    "DYNO WORKER_ID SSH_CONNECTION TMPDIR TEMP SHLVL".split()
)
"""Variables of the environment that say where a program runs, and not how it was released."""
