-- How many tests are gated, and how many of them ran in any job?
SELECT
    COUNT(*) AS gated,
    COALESCE(SUM(CASE WHEN ran_in > 0 THEN 1 ELSE 0 END), 0) AS ran
FROM seen
