"""A run's results as one HTML page that opens from disk, beside the videos it plays."""
