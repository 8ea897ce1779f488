"""Commands around Jupyter: lab, report."""

from __future__ import annotations

from pathlib import Path

import click

from rftkit.cli.common import as_json, emit, number


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path), required=False)
@click.option("--work", type=click.Path(path_type=Path, file_okay=False), help="Folder for the copy of the notebooks.")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening a browser.")
@click.option("--port", type=int, default=8888, show_default=True)
def lab(dataset: Path | None, work: Path | None, no_browser: bool, port: int) -> int:
    """Open JupyterLab with a copy of the notebooks, and DATASET in them."""
    from rftkit import lab as jupyterlab

    return jupyterlab.start(dataset, work=work, browser=not no_browser, port=port)


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--dataset", type=click.Path(path_type=Path), help="The dataset that the notebook is run on.")
@click.option("--version", type=click.IntRange(min=1), help="Its version; the newest by default.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The HTML file.")
@as_json
def report(notebook: Path, dataset: Path | None, version: int | None, output: Path | None, as_json: bool) -> None:
    """Run a notebook on a pinned version and write one HTML file that opens anywhere."""
    from rftkit import report as reports

    result = reports.export(notebook, dataset=dataset, version=version, output=output)
    told = result.to_dict()
    emit(told, as_json=as_json, lines=[f"wrote {told['path']} ({number(told['bytes'])} bytes)"])


COMMANDS = (lab, report)
