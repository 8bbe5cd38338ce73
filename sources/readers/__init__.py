"""Readers, one a format: each turns a file into `sources.reading.Reading` and knows nothing of tariffs."""
