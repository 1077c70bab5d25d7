-- Which tests ran in no job, what is the least change that would run each, and since when has it
-- not run? That is the first day on which a run of the repository has it, after the last on which
-- it ran.
WITH history AS (
    SELECT tests.test, tests.ran, runs.began
    FROM tests
    INNER JOIN runs ON runs.run = tests.run
    INNER JOIN (
        SELECT DISTINCT COALESCE(repository, '') AS repository FROM selected
    ) AS asked ON asked.repository = COALESCE(runs.repository, '')
    INNER JOIN seen ON seen.test = tests.test
    WHERE seen.ran_in = 0
),
last_run AS (
    SELECT test, MAX(began) AS began FROM history WHERE ran GROUP BY test
),
-- Runs of other commits may be newer than all that count.
missed AS (
    SELECT
        history.test,
        MIN(CASE WHEN history.began > last_run.began THEN history.began END) AS after_last,
        MIN(history.began) AS first_time
    FROM history
    LEFT JOIN last_run ON last_run.test = history.test
    WHERE NOT history.ran
    GROUP BY history.test
),
offers AS (
    SELECT tests.test, tests.mend, tests.changes, COUNT(*) AS runs
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    INNER JOIN seen ON seen.test = tests.test
    WHERE seen.ran_in = 0 AND tests.changes > 0
    GROUP BY tests.test, tests.mend, tests.changes
),
best AS (
    SELECT
        test,
        mend,
        ROW_NUMBER() OVER (PARTITION BY test ORDER BY changes, runs DESC, mend) AS nth
    FROM offers
)
SELECT
    seen.test,
    seen.file,
    seen.line,
    COALESCE(best.mend, '') AS mend,
    CAST(COALESCE(missed.after_last, missed.first_time) AS DATE) AS since
FROM seen
LEFT JOIN best ON best.test = seen.test AND best.nth = 1
LEFT JOIN missed ON missed.test = seen.test
WHERE seen.ran_in = 0
ORDER BY seen.test
