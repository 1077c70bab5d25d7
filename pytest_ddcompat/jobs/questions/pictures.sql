-- What is the highest version of the tracer with which each test failed in each variant, and the
-- lowest with which it passed? What are its markers and declarations?
SELECT
    test,
    variant,
    requires,
    declarations,
    MAX(CASE WHEN passed = 0 THEN tracer_nth END) AS last_failed,
    MIN(CASE WHEN passed = 1 THEN tracer_nth END) AS first_passed
FROM tried
GROUP BY test, variant, requires, declarations
