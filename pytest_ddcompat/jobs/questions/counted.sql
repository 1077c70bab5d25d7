-- Of which repository, pages and commits are the runs that count?
SELECT suite, repository, matrices, commit_sha, COUNT(*) AS runs, MAX(began) AS newest
FROM selected
GROUP BY suite, repository, matrices, commit_sha
ORDER BY newest DESC, commit_sha
