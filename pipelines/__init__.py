"""Wiring only: Dagster and the command line."""
