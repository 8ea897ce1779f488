"""Reports that can be made again: a notebook, run on one version of a dataset, as one HTML file that opens anywhere.

The file asks no server for anything (its content security policy would not let it), draws its charts itself, shows
widgets as they were at the end of the run, and is the same bytes each time it is made from the same version.
"""

from rftkit.report.exporting import ReportResult, export
from rftkit.report.running import NotebookError

__all__ = ["NotebookError", "ReportResult", "export"]
