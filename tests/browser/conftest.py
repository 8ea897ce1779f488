"""A Chromium and one JupyterLab for all browser tests; without a Chromium they are skipped, with the reason."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import nbformat
import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--no-first-run"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let a skipped browser test fail where a browser was promised."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("RFTKIT_BROWSER") == "required":
        report.outcome, report.longrepr = "failed", f"skipped though RFTKIT_BROWSER=required: {report.longrepr}"


# For this folder alone: a running Playwright keeps an event loop in the main thread, where other tests want their own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("RFTKIT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with playwright.sync_playwright() as running:
        bundled = Path(running.chromium.executable_path)
        if path is None and not bundled.exists():
            pytest.skip("no Chromium: install one (apt-get install chromium) or set RFTKIT_CHROMIUM to its path")
        browser = running.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@dataclass
class Lab:
    """A running JupyterLab, and a folder in it that one test has for itself."""

    url: str
    folder: Path

    def write(self, name: str, *cells: str) -> str:
        """Write a notebook and return its address."""
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, self.folder / name)
        return f"{self.url}/lab/tree/{self.folder.name}/{name}?reset"

    def end_kernels(self) -> None:
        """End what ran in the folder: fifty idle kernels would slow down the tests that come after."""
        cookies = CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        opener.open(f"{self.url}/lab", timeout=60).read()
        key = next(cookie.value for cookie in cookies if cookie.name == "_xsrf")
        for session in json.load(opener.open(f"{self.url}/api/sessions", timeout=60)):
            if session["path"].startswith(f"{self.folder.name}/"):
                address = f"{self.url}/api/sessions/{session['id']}"
                opener.open(urllib.request.Request(address, method="DELETE", headers={"X-XSRFToken": key}), timeout=60)


SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


@pytest.fixture(scope="package")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder, home = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("jupyter")
    with serving(folder, home) as url:
        yield Lab(url, folder)


@pytest.fixture
def lab(jupyter: Lab) -> Iterator[Lab]:
    mine = Lab(jupyter.url, Path(tempfile.mkdtemp(prefix="test-", dir=jupyter.folder)))
    yield mine
    mine.end_kernels()


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[str]:
    for name, values in SETTINGS.items():
        file = home / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{part}_DIR": str(home / part.lower()) for part in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    options = [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--no-browser"]
    options += ["--IdentityProvider.token=", "--ServerApp.allow_root=True", "--LabApp.expose_app_in_browser=True"]
    options += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env={**os.environ, **own, "IPYTHONDIR": str(home / "ipython")},
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _until_up(url, server, home / "log.txt")
            yield url
        finally:
            server.terminate()
            try:
                server.wait(60)  # it ends its kernels first, which takes long on a busy machine
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(20)


def _until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=5)
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        else:
            return


def run_all(tab: Any, address: str) -> None:
    """Open a notebook and run all its cells to their end."""
    tab.goto(address)
    tab.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget?.sessionContext?.isReady")
    tab.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.ready")
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def theme(tab: Any, name: str) -> None:
    """Change the theme of JupyterLab and wait until it shows."""
    tab.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    light = "false" if "Dark" in name else "true"
    tab.wait_for_selector(f"body[data-jp-theme-light='{light}'][data-jp-theme-name='{name}']", state="attached")


def value(tab: Any, expression: str) -> str:
    """Return what an expression is in the kernel of the notebook that is open."""
    reply = tab.evaluate(
        """async expression => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const asked = { code: '', silent: true, user_expressions: { it: expression } };
          return (await kernel.requestExecute(asked).done).content.user_expressions.it;
        }""",
        expression,
    )
    assert reply["status"] == "ok", reply
    return str(reply["data"]["text/plain"])
