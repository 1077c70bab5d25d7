-- Which job ran which test, of the jobs that are not in removed?
SELECT DISTINCT selected.job_key, tests.test
FROM tests
INNER JOIN selected ON selected.run = tests.run
LEFT JOIN removed ON removed.job_key = selected.job_key
WHERE tests.ran AND removed.job_key IS NULL
