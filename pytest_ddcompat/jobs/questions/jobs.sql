-- How many tests does each job have, and how many of them ran? A job is a name in one environment;
-- without a name it is a run.
SELECT
    selected.job_key,
    MIN(selected.job) AS job,
    MIN(selected.environment) AS environment,
    COUNT(DISTINCT tests.test) AS gated,
    COUNT(DISTINCT CASE WHEN tests.ran THEN tests.test END) AS ran
FROM selected
LEFT JOIN tests ON tests.run = selected.run
GROUP BY selected.job_key
ORDER BY job, environment, selected.job_key
