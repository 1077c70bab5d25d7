-- How many tests does each job have, and how many of them ran? A job is a name in one environment;
-- without a name it is a run.
SELECT
    together.job_nth,
    together.job_key,
    together.job,
    together.environment,
    COUNT(pairs.ran) AS gated,
    COALESCE(SUM(pairs.ran), 0) AS ran
FROM (
    SELECT job_nth, job_key, MIN(job) AS job, MIN(environment) AS environment
    FROM selected
    GROUP BY job_nth, job_key
) AS together
LEFT JOIN pairs ON pairs.job_nth = together.job_nth
GROUP BY together.job_nth, together.job_key, together.job, together.environment
ORDER BY together.job, together.environment, together.job_key
