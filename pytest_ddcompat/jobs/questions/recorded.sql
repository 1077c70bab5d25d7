-- Which tests do the runs have that are compared?
SELECT DISTINCT tests.test
FROM tests
INNER JOIN compared ON compared.run = tests.run
