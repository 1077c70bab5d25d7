"""From a documentation page in Markdown to a matrix."""
