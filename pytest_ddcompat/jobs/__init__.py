"""Questions about the records of many jobs: tables of them, and what the jobs cover together."""
