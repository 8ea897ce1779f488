"""What runs inside the process of a python grader; standard library only, so that it starts at once."""
