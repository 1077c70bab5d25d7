"""Questions about matrices: statements, differences, the grid, lint."""
