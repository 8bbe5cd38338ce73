"""What comes in: documents described as data, and the readers that turn them into rows and facts."""
