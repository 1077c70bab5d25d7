-- Which suites have runs of the commits that count? Those of several cannot be counted together.
SELECT
    runs.suite,
    runs.repository,
    runs.matrices,
    MIN(runs.commit_sha) AS commit_sha,
    COUNT(*) AS runs
FROM runs
INNER JOIN (
    SELECT DISTINCT COALESCE(commit_sha, '') AS commit_key FROM selected WHERE is_added = 0
) AS counted ON counted.commit_key = COALESCE(runs.commit_sha, '')
GROUP BY runs.suite, runs.repository, runs.matrices
ORDER BY runs.suite
