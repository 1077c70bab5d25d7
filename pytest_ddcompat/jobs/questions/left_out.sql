-- Which runs do not count, by repository, pages and commit?
SELECT
    runs.repository,
    runs.matrices,
    runs.suite,
    runs.commit_sha,
    COUNT(*) AS runs,
    MAX(runs.began) AS newest
FROM runs
LEFT JOIN selected ON selected.run = runs.run
WHERE selected.run IS NULL
GROUP BY runs.repository, runs.matrices, runs.suite, runs.commit_sha
ORDER BY newest DESC, runs.suite, runs.commit_sha
