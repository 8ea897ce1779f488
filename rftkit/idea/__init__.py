"""From an idea to a dataset: requirements, an interview, samples, notes, themes, changes, and the whole set."""
