-- Which of the tests in collected are in no run that counts?
SELECT collected.test
FROM collected
LEFT JOIN seen ON seen.test = collected.test
WHERE seen.test IS NULL
ORDER BY collected.test
