"""The sources of the python presets: each file is a grader of its own, standard library only where it says nothing else.

What a preset takes as an option is a line that ends with ``# option``; the preset writes the value there.
"""
