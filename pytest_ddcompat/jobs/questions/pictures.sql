-- From and up to which version of the tracer did each test pass and fail, in each variant, and what
-- did it require and declare?
SELECT
    test,
    variant,
    requires,
    declarations,
    MIN(tracer_nth) AS lowest,
    MAX(CASE WHEN passed = 0 THEN tracer_nth END) AS last_failed,
    MIN(CASE WHEN passed = 1 THEN tracer_nth END) AS first_passed
FROM tried
GROUP BY test, variant, requires, declarations
