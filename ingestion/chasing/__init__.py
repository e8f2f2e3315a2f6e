"""Chase what is outstanding: which cells, which step of the ladder, which words, to whom, and once only."""
