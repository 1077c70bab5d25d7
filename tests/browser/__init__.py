"""The HTML picture in a real browser."""
