"""What a wheel is made of: the project below one package, so that its top level has one name, and nobody else's.

The repository's top level is `server`, `handlers` and `web`, names that many a project has itself. In a folder of its
own they stand below the distribution's name, and what imports them says so: plain files, importable without a hook.
"""

import ast
import configparser
import io
import shutil
import tokenize
from collections.abc import Iterator
from pathlib import Path

from say import Stop

PACKAGES = ("server", "handlers", "web")
# Of web/ only what is served; of the others all there is.
SERVED = ("__init__.py", "pages.json", "templates", "locales", "dist")
_MADE = shutil.ignore_patterns("__pycache__", "*.py[cod]", ".DS_Store")
_INIT = '"""{description}."""\n'
_MAIN = '"""`python -m {name}`: the same as `ai-editor`."""\n\nfrom {name}.server.__main__ import main\n\nmain()\n'


def stage(project: Path, target: Path) -> None:
    """Makes a project of setuptools' in `target`, of which the wheel is built."""
    config = _read(project)
    name = name_of(config)
    for package in PACKAGES:
        _copy(project / package, target / name / package)
    for file in sorted((target / name).rglob("*.py")):
        source = file.read_text("utf-8")
        try:
            file.write_text(renamed(source, name, project), "utf-8")
        except Stop as stop:
            raise Stop(f"{file.relative_to(target / name)}, {stop}") from None
    description = config["metadata"]["description"]
    (target / name / "__init__.py").write_text(_INIT.format(description=description), "utf-8")
    (target / name / "__main__.py").write_text(_MAIN.format(name=name), "utf-8")
    for document in ("README.md", "LICENSE"):
        shutil.copy2(project / document, target)
    with (target / "setup.cfg").open("w", encoding="utf-8") as written:
        _below(config, name).write(written)


def name_of(config: configparser.RawConfigParser) -> str:
    """The one package's name: the distribution's, as an import says it."""
    return config["metadata"]["name"].replace("-", "_")


def renamed(source: str, name: str, project: Path) -> str:
    """The source with its imports of the project's packages from below `name`; lines stay where they are."""
    tree = ast.parse(source)
    _refuse_names_in_strings(tree, project)
    lines = source.split("\n")
    for row, column, was, becomes in sorted(_edits(tree, source, name), reverse=True):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + becomes + line[column + len(was) :]
    return "\n".join(lines)


def _edits(tree: ast.Module, source: str, name: str) -> Iterator[tuple[int, int, str, str]]:
    """Row, column, what stands there, and what is to."""
    words = list(tokenize.generate_tokens(io.StringIO(source).readline))
    places = {word.start: index for index, word in enumerate(words)}
    lines = source.split("\n")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom) or not _ours(node):
            continue
        # The parser counts bytes, the tokenizer characters.
        column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
        word = words[places[node.lineno, column] + 1]
        if isinstance(node, ast.ImportFrom) or (len(node.names) == 1 and node.names[0].asname):
            yield *word.start, "", f"{name}."
        elif len(node.names) == 1 and "." not in node.names[0].name:
            yield node.lineno, column, "import", f"from {name} import"
        else:
            raise Stop(f"line {node.lineno}: an import that cannot be renamed; `from … import …` can")


def _ours(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").partition(".")[0] in PACKAGES
    return any(alias.name.partition(".")[0] in PACKAGES for alias in node.names)


def _refuse_names_in_strings(tree: ast.Module, project: Path) -> None:
    """A module that a string names would not be found where it is installed."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        first, *others = node.value.rstrip(".").split(".")
        if first in PACKAGES and node.value != first and all(word.isidentifier() for word in others):
            place = project.joinpath(first, *others)
            if place.is_dir() or place.with_suffix(".py").is_file():
                raise Stop(f"line {node.lineno}: a string names {node.value}; make it of __package__")


def _copy(package: Path, target: Path) -> None:
    if package.name != "web":
        shutil.copytree(package, target, ignore=_MADE)
        return
    target.mkdir(parents=True)
    for name in SERVED:
        if (package / name).is_dir():
            shutil.copytree(package / name, target / name, ignore=_MADE)
        elif (package / name).exists():
            shutil.copy2(package / name, target / name)


def _read(project: Path) -> configparser.RawConfigParser:
    config = configparser.RawConfigParser()
    config.read(project / "setup.cfg", "utf-8")
    return config


def _below(config: configparser.RawConfigParser, name: str) -> configparser.RawConfigParser:
    """What setup.cfg says of the package, with the packages where they are now."""
    made = configparser.RawConfigParser()
    made.read_dict(
        {each: config[each] for each in config.sections() if each.startswith(("metadata", "options"))}
    )
    made["options.packages.find"]["include"] = f"{name}*"
    data = made["options.package_data"]
    for package, files in list(data.items()):
        del data[package]
        data[f"{name}.{package}"] = files
    scripts = made["options.entry_points"]
    scripts["console_scripts"] = scripts["console_scripts"].replace("= ", f"= {name}.")
    return made
