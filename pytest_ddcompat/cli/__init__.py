"""The command `ddcompat`: each module here is one of its commands, or what several share.

A command has `add`, which adds it to the parser, and `run`, which prints its answer and returns the
exit status: 0, or 1 where the answer is no. `run` raises a CompatibilityError for bad input.
"""
