"""Reading of ordinary lines in machine code, for files so large that compiling pays.

numba compiles what stands in this folder, once per machine: it keeps the result beside the files, or in the person's
cache where that folder cannot be written. Nothing here holds Python's lock while it runs, so threads use every core.
Lines that are not quite ordinary are left to the rest of `rftkit.formats`; this folder changes how fast a file is read
and nothing else.
"""
