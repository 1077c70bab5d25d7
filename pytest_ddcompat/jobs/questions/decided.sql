-- Which distinct decisions were made in which job: on which markers and facts, and what did each
-- come to?
SELECT DISTINCT selected.job_nth, tests.facts, tests.requires, tests.verdict
FROM tests
INNER JOIN selected ON selected.run = tests.run
WHERE tests.error = ''
