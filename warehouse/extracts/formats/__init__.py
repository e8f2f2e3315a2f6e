"""One module per file format; each writes bytes that depend on the rows alone."""
