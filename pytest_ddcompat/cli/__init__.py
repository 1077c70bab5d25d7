"""The command `ddcompat`: an environment held against the page, without a test run."""
