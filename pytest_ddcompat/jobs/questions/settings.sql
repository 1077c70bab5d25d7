-- Which distinct facts and markers do tests that ran have, and which version of the tracer?
SELECT
    facts,
    requires,
    tracer,
    CAST(ROW_NUMBER() OVER (ORDER BY facts, requires, tracer) AS INTEGER) AS setting_nth
FROM (
    SELECT DISTINCT tests.facts, tests.requires, tests.tracer
    FROM tests
    INNER JOIN compared ON compared.run = tests.run
    WHERE tests.ran AND tests.error = '' AND tests.tracer IS NOT NULL
) AS distinct_ones
