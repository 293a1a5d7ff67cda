"""The bundle is built when its sources changed, and only then."""

import subprocess
from pathlib import Path

import bundle
import pytest
from say import Stop

from tests.compat.servers import node
from tests.tools.conftest import ROOT


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A frontend of two files, with a bundle of it."""
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("hello()")
    (folder / "package.json").write_text("{}")
    (folder / "dist" / ".vite").mkdir(parents=True)
    (folder / "dist" / ".vite" / "manifest.json").write_text("{}")
    (folder / "dist" / ".sources").write_text(bundle.digest(folder))
    return folder


def test_a_finished_bundle_is_fresh(web: Path) -> None:
    assert bundle.is_fresh(web)


def test_a_changed_new_or_renamed_source_is_seen(web: Path) -> None:
    main = web / "src" / "main.ts"
    main.write_text("hullo()")
    assert not bundle.is_fresh(web)
    main.write_text("hello()")
    assert bundle.is_fresh(web)
    (web / "src" / "other.ts").touch()
    assert not bundle.is_fresh(web)
    (web / "src" / "other.ts").unlink()
    main.rename(web / "src" / "mein.ts")
    assert not bundle.is_fresh(web)


def test_what_has_no_say_in_the_bundle_is_not_a_source(web: Path) -> None:
    for name in ("tests", "node_modules", "coverage", ".vscode"):
        (web / name).mkdir()
        (web / name / "any.ts").touch()
    (web / "README.md").touch()
    assert bundle.is_fresh(web)


def test_a_build_that_was_killed_is_not_fresh(web: Path) -> None:
    (web / "dist" / ".sources").unlink()
    assert not bundle.is_fresh(web)


def test_unreachable_registry_is_one_line(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = web / "npm"
    shim.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND' >&2; exit 1\n")
    shim.chmod(0o755)
    (web / "package-lock.json").write_text("{}")
    with pytest.raises(Stop) as stop:
        bundle.install(web, {"PATH": str(web)})
    assert "\n" not in str(stop.value)
    assert "connect, then run this again" in str(stop.value)


def test_packages_are_installed_once_for_a_lock_file(web: Path) -> None:
    shim = web / "npm"
    shim.write_text('#!/bin/sh\necho "$1" >> calls; /bin/mkdir -p node_modules\n')
    shim.chmod(0o755)
    lock = web / "package-lock.json"
    for content, calls in (("1", 1), ("1", 1), ("2", 2)):
        lock.write_text(content)
        bundle.install(web, {"PATH": str(web)})
        assert (web / "calls").read_text().split() == ["ci"] * calls


def test_a_build_by_hand_is_seen(tmp_path: Path) -> None:
    """`npm run build` leaves the same stamp, by the plugin in vite.config.ts."""
    folder = tmp_path / "web"
    for name in ("src/words", "src/.hidden", "tests", "public"):
        (folder / name).mkdir(parents=True)
    for name in (
        "src/main.ts",
        "src/words/a.ts",
        "src/a.md",
        "src/.hidden/b.ts",
        "tests/c.ts",
        "public/Z.svg",
    ):
        (folder / name).write_text(f"/* {name} */")
    config = (
        f"import {{ stamp }} from '{ROOT / 'web' / 'scripts' / 'stamp.ts'}'\n"
        "export default { plugins: [stamp(import.meta.dirname)],"
        " build: { manifest: true, rolldownOptions: { input: 'src/main.ts' } } }\n"
    )
    (folder / "vite.config.ts").write_text(config)
    vite = ROOT / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    subprocess.run([node(), vite, "build", "--logLevel", "error"], cwd=folder, check=True)
    assert bundle.is_fresh(folder)
    (folder / "src" / "words" / "a.ts").write_text("/* other words */")
    assert not bundle.is_fresh(folder)
