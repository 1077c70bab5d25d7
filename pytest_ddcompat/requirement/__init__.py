"""Requirements, expressions of capabilities, and the markers that make them."""
