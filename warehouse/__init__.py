"""The tables consumers rely on, and how they are stored between stages."""
