-- Which runs are compared to find out whether expectations still hold? Those of the suite in
-- wanted_suites, or else of that of the newest run, of all commits.
SELECT runs.*
FROM runs
INNER JOIN (
    SELECT suite
    FROM (
        SELECT
            runs.suite,
            ROW_NUMBER() OVER (
                ORDER BY
                    CASE WHEN wanted_suites.suite IS NULL THEN 1 ELSE 0 END,
                    runs.began DESC,
                    runs.run
            ) AS nth
        FROM runs
        LEFT JOIN wanted_suites ON wanted_suites.suite = runs.suite
    ) AS ordered
    WHERE nth = 1
) AS chosen ON chosen.suite = runs.suite
