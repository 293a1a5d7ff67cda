"""What `make` runs: sets up what a command needs, once, then does it."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import bundle
import dev as development
import node
import peers
import programs
from environment import Venv
from say import Stop, step

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
COMPAT = ROOT / "tests" / "compat"
OIDC = ROOT / "tests" / "providers" / "oidc"
EXAMPLES = ROOT / "examples"
PEERS = ROOT / "bench" / "peers"
VENV = Venv(ROOT)

Environment = Mapping[str, str]
Command = tuple[Sequence[str | Path], Path, Environment]


def serve() -> None:
    """The app, in this very process, so that Ctrl-C is its own matter."""
    prepare_all()
    program = VENV.bin / "ai-editor"
    os.chdir(ROOT)
    os.execv(program, [str(program), "serve", *shlex.split(os.environ.get("ARGS", ""))])


def dev() -> None:
    """The app with Vite's own server before it, which needs a bundle to be there and not that it is fresh."""
    VENV.prepare()
    environment = find_node()
    bundle.install(WEB, environment)
    if not (WEB / "dist" / ".vite" / "manifest.json").is_file():
        bundle.build(WEB, environment)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    end([development.run(ROOT, VENV.bin / "ai-editor", environment)])


def setup() -> None:
    """.venv with all that work on the Python code needs."""
    VENV.prepare("test")


def web() -> None:
    """The bundle of the sources as they are."""
    prepare_all()


def test() -> None:
    """All tests; each of the two suites runs even if the other one fails."""
    prepare_all("test", build_and_install_all)
    environment = dict(find_node())
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # which costs each process of the tests eight seconds
    arguments: list[str] = []
    for program in programs.ALL:
        found = program.find_or_install()
        environment[program.variable] = found or ""
        arguments += [] if found else without(program)
    arguments += shlex.split(os.environ.get("ARGS", ""))
    # Tests wait a good deal, for databases and browsers to start: two processes more than there are processors.
    processes = f"--numprocesses={min((os.cpu_count() or 1) + 2, 8)}"
    run_together(
        [([VENV.python, "-m", "pytest", processes, *arguments], ROOT, environment)],
        [(["npm", "test", "--silent"], WEB, environment)],
    )


def install_all() -> None:
    """npm's packages for checks and tests; Next's without what it builds with, which nothing here does."""
    environment = find_node()
    for folder in (WEB, COMPAT, OIDC, EXAMPLES):
        bundle.install(folder, environment)
    bundle.install(EXAMPLES / "next", environment, "--omit=optional")


def build_and_install_all() -> None:
    """What the tests need of Node.js."""
    build_web()
    install_all()


def without(program: programs.Program) -> list[str]:
    """Leaves its tests out, and says so; where everything must run it is an error."""
    if os.environ.get("CI"):
        raise Stop(f"no {program.package} for tests/{program.tests}: {program.advice}")
    print(program.missing, file=sys.stderr)
    return [f"--ignore=tests/{program.tests}"]


def lint() -> None:
    """Every check, to the last one."""
    prepare_all("test", install_all)
    environment = find_node()
    run_together(
        [
            ([VENV.bin / "ruff", "check", "--quiet"], ROOT, environment),
            ([VENV.bin / "ruff", "format", "--check", "--quiet"], ROOT, environment),
            ([VENV.bin / "mypy"], ROOT, environment),
            ([VENV.bin / "lint-imports"], ROOT, environment),
        ],
        [
            (["npm", "run", "lint", "--silent"], WEB, environment),
            (["npm", "run", "typecheck", "--silent"], WEB, environment),
            (["npm", "run", "typecheck", "--silent"], EXAMPLES, environment),
        ],
    )


def compat() -> None:
    """Every request to better-auth and to this server; the table goes to docs/compatibility.md."""
    prepare_all("test")
    environment = find_node()
    bundle.install(COMPAT, environment)
    arguments = shlex.split(os.environ.get("ARGS", "")) or ["--write"]
    run_all(([VENV.python, "-m", "tests.compat", *arguments], ROOT, environment))


def bench() -> None:
    """Measures this server beside others, which are installed into folders of their own."""
    prepare_all("test")
    environment = find_node()
    for peer in ("node", "bun", "yjs"):
        bundle.install(PEERS / peer, environment)
    peers.install(VENV.python, PEERS / "python")
    for program in (programs.REDIS, programs.CHROMIUM):
        environment = {**environment, program.variable: program.find_or_install() or ""}
    arguments = shlex.split(os.environ.get("ARGS", ""))
    run_all(([VENV.python, "-m", "bench", *arguments], ROOT, environment))


def bench_large() -> None:
    """The question that takes minutes, and gigabytes."""
    os.environ["ARGS"] = f"--large {os.environ.get('ARGS', '')}"
    bench()


def scale() -> None:
    """Several servers behind nginx: what they carry, and what happens when one is gone."""
    _hold("scale", programs.NGINX, programs.REDIS)


def drill() -> None:
    """Bad days for real: kills, freezes, full disks, floods, forged input."""
    _hold("drill", programs.REDIS)


def _hold(package: str, *needed: programs.Program) -> None:
    """Runs a package that starts servers, and other programs beside them."""
    prepare_all("test")
    found = {each.variable: each.find_or_install() or "" for each in needed}
    arguments = shlex.split(os.environ.get("ARGS", ""))
    run_all(([VENV.python, "-m", package, *arguments], ROOT, {**os.environ, **found}))


def format() -> None:  # noqa: A001
    """The formatters, and the checkers' own repairs."""
    VENV.prepare("test")
    environment = find_node()
    bundle.install(WEB, environment)
    run_all(
        ([VENV.bin / "ruff", "check", "--fix", "--quiet"], ROOT, environment),
        ([VENV.bin / "ruff", "format", "--quiet"], ROOT, environment),
        (["npm", "run", "lint", "--silent", "--", "--fix"], WEB, environment),
    )


def clean() -> None:
    """What the others made; a database or a mail is never touched."""
    made = [
        OIDC / "node_modules",
        PEERS / "node/node_modules",
        PEERS / "bun/node_modules",
        PEERS / "python/.venv",
    ]
    packages = [each / "node_modules" for each in (WEB, COMPAT, EXAMPLES, EXAMPLES / "next")]
    for folder in (VENV.folder, WEB / "dist", *packages, *made):
        shutil.rmtree(folder, ignore_errors=True)


def build_web() -> None:
    """The bundle, if its sources changed; only then is Node.js looked for."""
    if not bundle.is_fresh(WEB):
        bundle.build(WEB, find_node())


def prepare_all(extra: str = "", other: Callable[[], None] = build_web) -> None:
    """.venv and what npm does, both at once where Node.js need not come out of .venv: each waits for its network."""
    if not node.on_path():
        VENV.prepare(extra)
        return other()
    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(other)
        VENV.prepare(extra)
        return done.result()


def find_node() -> Environment:
    """An environment with a usable Node.js on PATH, from PyPI into .venv where the system has none."""
    if node.on_path():
        return os.environ
    package = node.packaged(VENV.python)
    if package is None:
        step("Node.js from PyPI (once)")
        VENV.pip(node.REQUIREMENT)
        package = node.packaged(VENV.python)
    return node.environment(package, VENV.folder / "node")


def run_all(*commands: Command) -> None:
    """Runs them one after the other and ends with the first failure's exit code."""
    end(run_row(commands))


def run_together(first: Sequence[Command], *others: Sequence[Command]) -> None:
    """Runs each row at the same time as the others, which are shown after the first has ended; and ends as `run_all`."""
    with ThreadPoolExecutor() as threads, contextlib.ExitStack() as files:
        said = [files.enter_context(tempfile.TemporaryFile()) for _ in others]
        running = [threads.submit(run_row, row, file) for row, file in zip(others, said, strict=True)]
        codes = run_row(first)
        for code, file in zip(running, said, strict=True):
            codes += code.result()
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
    end(codes)


def run_row(commands: Sequence[Command], output: IO[bytes] | None = None) -> list[int]:
    """Runs them one after the other; their exit codes."""
    return [run(*command, output) for command in commands]


def end(codes: Sequence[int]) -> None:
    """Leaves with the first failure's exit code, if there is one."""
    failed = next(filter(None, codes), 0)
    if failed:
        sys.exit(failed)


def run(
    command: Sequence[str | Path], folder: Path, environment: Environment, output: IO[bytes] | None = None
) -> int:
    """Runs one; at a Ctrl-C it is waited for, as it has databases and browsers to stop."""
    program = shutil.which(command[0], path=environment.get("PATH")) or command[0]
    errors = subprocess.STDOUT if output else None
    with subprocess.Popen(
        [program, *command[1:]], cwd=folder, env=environment, stdout=output, stderr=errors
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


COMMANDS: dict[str, Callable[[], None]] = {
    "serve": serve, "dev": dev, "setup": setup, "web": web, "test": test, "compat": compat, "lint": lint, "format": format, "clean": clean,
    "bench": bench, "bench-large": bench_large, "scale": scale, "drill": drill,
}  # fmt: skip


def check_folder() -> None:
    """Whether anything can be made here at all."""
    try:
        with tempfile.TemporaryFile(dir=ROOT):
            pass
    except OSError as error:
        raise Stop(
            f"cannot write in {ROOT} ({error.strerror}): make it yours, or copy it elsewhere"
        ) from None


def main() -> int:
    """One command; a person sees one line when it cannot be done."""
    try:
        check_folder()
        COMMANDS[sys.argv[1]]()
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # Ctrl-C reaches make as well, which ends by it; any other answer than 0 makes it call that an error.
        return 0 if "MAKELEVEL" in os.environ else 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
