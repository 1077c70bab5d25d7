"""One run of pytest: options, decisions, hooks, outcomes, summary, record."""
