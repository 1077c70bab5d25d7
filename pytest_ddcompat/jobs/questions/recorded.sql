-- What were the declarations of each test, in the runs of all suites, and when were they last so?
SELECT tests.test, tests.declarations, MAX(runs.began) AS newest
FROM tests
INNER JOIN runs ON runs.run = tests.run
GROUP BY tests.test, tests.declarations
ORDER BY newest DESC, tests.test, tests.declarations
