-- Which job has which test, and did it run there?
SELECT
    selected.job_nth,
    seen.test_nth,
    MAX(CASE WHEN tests.ran THEN 1 ELSE 0 END) AS ran
FROM tests
INNER JOIN selected ON selected.run = tests.run
INNER JOIN seen ON seen.test = tests.test
GROUP BY selected.job_nth, seen.test_nth
