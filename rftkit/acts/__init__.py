"""The steps as a dataset does them: read, call the pure function, write one version.

One module for each part of the journey. `rftkit.dataset.Dataset` binds these functions as its methods; the command
line and the widgets reach them through it.
"""
