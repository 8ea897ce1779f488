"""What each target calls: the last part of an exported file, after the runtime and the grader."""
