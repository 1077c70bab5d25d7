-- Which suites and commits have how many runs, and are they compared?
SELECT
    runs.suite,
    runs.repository,
    runs.matrices,
    runs.commit_sha,
    COUNT(*) AS runs,
    COUNT(compared.run) > 0 AS is_compared,
    MAX(runs.began) AS newest
FROM runs
LEFT JOIN compared ON compared.run = runs.run
GROUP BY runs.suite, runs.repository, runs.matrices, runs.commit_sha
ORDER BY newest DESC, runs.suite, runs.commit_sha
