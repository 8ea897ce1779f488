"""Steps of the dataset generator: talking, samples, notes, and the whole set."""
