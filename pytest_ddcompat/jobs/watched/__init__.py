"""The facts of a page that the tests of some jobs watch: one shifted changes a decision."""
