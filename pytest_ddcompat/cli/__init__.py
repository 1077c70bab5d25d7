"""The command `ddcompat`: each module here is one of its commands, or what several share.

A command has a PURPOSE and an EXAMPLE for its help, `add`, which adds its arguments to a parser,
and `run`, which prints its answer and returns the exit status: 0, or 1 where the answer is no.
`run` raises a CompatibilityError for bad input.
"""
