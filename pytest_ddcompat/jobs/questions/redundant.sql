-- Which jobs add nothing? Every test that they ran was run by another job that is neither among
-- them nor in removed, so that all of them can go at once. Asked again with these in removed, until
-- none is left, it leaves only jobs that alone ran some test.
WITH alone AS (
    SELECT DISTINCT job_key
    FROM (
        SELECT MIN(job_key) AS job_key
        FROM pairs
        GROUP BY test
        HAVING MIN(job_key) = MAX(job_key)
    ) AS single
),
sizes AS (
    SELECT job_key, COUNT(*) AS ran FROM pairs GROUP BY job_key
),
-- Jobs that alone ran some test come first: they stay whatever happens, and may make others needless.
ordered AS (
    SELECT
        jobs.job_key,
        ROW_NUMBER() OVER (
            ORDER BY
                CASE WHEN alone.job_key IS NULL THEN 1 ELSE 0 END,
                COALESCE(sizes.ran, 0) DESC,
                jobs.job_key
        ) AS nth
    FROM (SELECT DISTINCT job_key FROM selected) AS jobs
    LEFT JOIN alone ON alone.job_key = jobs.job_key
    LEFT JOIN sizes ON sizes.job_key = jobs.job_key
    LEFT JOIN removed ON removed.job_key = jobs.job_key
    WHERE removed.job_key IS NULL
),
first_with AS (
    SELECT DISTINCT nth
    FROM (
        SELECT MIN(ordered.nth) AS nth
        FROM pairs
        INNER JOIN ordered ON ordered.job_key = pairs.job_key
        GROUP BY pairs.test
    ) AS of_tests
)
SELECT ordered.job_key
FROM ordered
LEFT JOIN first_with ON first_with.nth = ordered.nth
WHERE first_with.nth IS NULL
ORDER BY ordered.job_key
