-- Which tests work though they are expected to fail, or fail though they are documented to work? Of
-- the first all runs passed from some version of the tracer on. Of the second all runs failed, or
-- those below some version, and all from it on passed. In both cases at least two runs did.
WITH ends AS (
    SELECT
        test,
        variant,
        MAX(CASE WHEN passed = 0 THEN tracer_nth END) AS last_failed,
        MIN(CASE WHEN passed = 1 THEN tracer_nth END) AS first_passed
    FROM tried
    GROUP BY test, variant
)
SELECT
    'works' AS kind,
    tried.test,
    tried.variant,
    MIN(tried.tracer_nth) AS from_nth,
    COUNT(DISTINCT tried.run) AS runs
FROM tried
INNER JOIN ends ON ends.test = tried.test AND ends.variant = tried.variant
WHERE ends.last_failed IS NULL OR tried.tracer_nth > ends.last_failed
GROUP BY tried.test, tried.variant
HAVING
    COUNT(DISTINCT tried.run) >= 2
    AND MAX(CASE WHEN tried.expected LIKE 'to fail%' THEN 1 ELSE 0 END) = 1
UNION ALL
SELECT
    'fails' AS kind,
    tried.test,
    tried.variant,
    MIN(ends.first_passed) AS from_nth,
    COUNT(DISTINCT tried.run) AS runs
FROM tried
INNER JOIN ends ON ends.test = tried.test AND ends.variant = tried.variant
WHERE
    tried.expected = 'to pass'
    AND tried.outcome IN ('failed', 'error')
    AND (ends.first_passed IS NULL OR ends.first_passed > ends.last_failed)
GROUP BY tried.test, tried.variant
HAVING COUNT(DISTINCT tried.run) >= 2
