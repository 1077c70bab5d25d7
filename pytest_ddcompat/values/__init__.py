"""Values that every other package builds on: names, versions, errors, text, files."""
