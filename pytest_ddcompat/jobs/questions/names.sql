-- Which suites, commits and jobs are there, in all runs?
SELECT DISTINCT suite, commit_sha, job FROM runs ORDER BY suite, commit_sha, job
