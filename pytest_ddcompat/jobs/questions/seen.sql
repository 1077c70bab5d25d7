-- Which tests are gated, in how many of the runs that count, in how many of them did each run, and
-- in how many was it undetermined? A file that a run does not import is one row there; where
-- another run has its tests, these count in its place.
WITH whole AS (
    SELECT tests.file
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    GROUP BY tests.file
    HAVING MIN(tests.test) <> MAX(tests.test)
)
SELECT
    test,
    CAST(ROW_NUMBER() OVER (ORDER BY test) AS INTEGER) AS test_nth,
    file,
    line,
    runs,
    ran_in,
    undetermined_in
FROM (
    SELECT
        tests.test,
        MIN(tests.file) AS file,
        MIN(tests.line) AS line,
        COUNT(*) AS runs,
        SUM(CASE WHEN tests.ran THEN 1 ELSE 0 END) AS ran_in,
        SUM(CASE WHEN tests.verdict = 'undetermined' THEN 1 ELSE 0 END) AS undetermined_in
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    LEFT JOIN whole ON whole.file = tests.file
    WHERE tests.test <> tests.file OR whole.file IS NULL
    GROUP BY tests.test
) AS together
