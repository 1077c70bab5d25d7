-- Which jobs add nothing? Every test that they ran was run by another job that is neither among
-- them nor in removed, so that all of them can go at once. Asked again with these in removed, until
-- none is left, it leaves only jobs that alone ran some test.
WITH left_over AS (
    SELECT pairs.job_nth, pairs.test_nth
    FROM pairs
    LEFT JOIN removed ON removed.job_nth = pairs.job_nth
    WHERE pairs.ran = 1 AND removed.job_nth IS NULL
),
alone AS (
    SELECT DISTINCT job_nth
    FROM (
        SELECT MIN(job_nth) AS job_nth
        FROM left_over
        GROUP BY test_nth
        HAVING MIN(job_nth) = MAX(job_nth)
    ) AS single
),
sizes AS (
    SELECT job_nth, COUNT(*) AS ran FROM left_over GROUP BY job_nth
),
-- Jobs that alone ran some test come first: they stay whatever happens, and make others needless.
ordered AS (
    SELECT
        candidates.job_nth,
        ROW_NUMBER() OVER (
            ORDER BY
                CASE WHEN alone.job_nth IS NULL THEN 1 ELSE 0 END,
                COALESCE(sizes.ran, 0) DESC,
                candidates.job_nth
        ) AS nth
    FROM (SELECT DISTINCT job_nth FROM selected) AS candidates
    LEFT JOIN alone ON alone.job_nth = candidates.job_nth
    LEFT JOIN sizes ON sizes.job_nth = candidates.job_nth
    LEFT JOIN removed ON removed.job_nth = candidates.job_nth
    WHERE removed.job_nth IS NULL
),
first_with AS (
    SELECT DISTINCT nth
    FROM (
        SELECT MIN(ordered.nth) AS nth
        FROM left_over
        INNER JOIN ordered ON ordered.job_nth = left_over.job_nth
        GROUP BY left_over.test_nth
    ) AS of_tests
)
SELECT ordered.job_nth
FROM ordered
LEFT JOIN first_with ON first_with.nth = ordered.nth
WHERE first_with.nth IS NULL
ORDER BY ordered.job_nth
