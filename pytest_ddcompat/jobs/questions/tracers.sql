-- Which versions of the tracer does each run have that is compared? A folder may have its own.
SELECT DISTINCT tests.run, tests.tracer
FROM tests
INNER JOIN compared ON compared.run = tests.run
