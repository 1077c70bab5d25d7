-- Which runs count? Those of the newest commit, or of the commits in wanted_commits; of a job in
-- added_jobs also those of the newest commit that has it, or of its newest day without a commit.
-- All are of one suite, that in wanted_suites or the newest. Of several attempts of a job in one
-- environment the newest counts.
WITH candidates AS (
    SELECT
        runs.*,
        COALESCE(runs.commit_sha, '') AS commit_key,
        CASE WHEN wanted_commits.commit_sha IS NULL THEN 0 ELSE 1 END AS is_wanted
    FROM runs
    LEFT JOIN wanted_suites ON wanted_suites.suite = runs.suite
    LEFT JOIN wanted_commits ON wanted_commits.commit_sha = runs.commit_sha
    CROSS JOIN (SELECT COUNT(*) AS suites FROM wanted_suites) AS asked
    WHERE asked.suites = 0 OR wanted_suites.suite IS NOT NULL
),
newest AS (
    SELECT suite, commit_key, is_wanted
    FROM (
        SELECT
            suite,
            commit_key,
            is_wanted,
            ROW_NUMBER() OVER (ORDER BY is_wanted DESC, began DESC, run) AS nth
        FROM candidates
    ) AS ordered
    WHERE nth = 1
),
of_suite AS (
    SELECT
        candidates.*,
        CASE WHEN added_jobs.job IS NULL THEN 0 ELSE 1 END AS is_added,
        CASE
            WHEN newest.is_wanted = 1 THEN candidates.is_wanted
            WHEN candidates.commit_key = newest.commit_key THEN 1
            ELSE 0
        END AS is_main,
        COALESCE(candidates.commit_sha, CAST(CAST(candidates.began AS DATE) AS VARCHAR)) AS edition
    FROM candidates
    INNER JOIN newest ON newest.suite = candidates.suite
    LEFT JOIN added_jobs ON added_jobs.job = candidates.job
),
latest AS (
    SELECT job, edition
    FROM (
        SELECT job, edition, ROW_NUMBER() OVER (PARTITION BY job ORDER BY began DESC, run) AS nth
        FROM of_suite
        WHERE is_added = 1
    ) AS ordered
    WHERE nth = 1
),
chosen AS (
    SELECT
        of_suite.run,
        of_suite.began,
        of_suite.suite,
        of_suite.repository,
        of_suite.matrices,
        of_suite.commit_sha,
        of_suite.job,
        of_suite.environment,
        1 - of_suite.is_main AS is_added,
        COALESCE(of_suite.job || ' ' || of_suite.variant, of_suite.run) AS job_key,
        COALESCE(of_suite.attempt, 0) AS attempt,
        MAX(COALESCE(of_suite.attempt, 0)) OVER (
            PARTITION BY of_suite.commit_key, of_suite.job, of_suite.variant
        ) AS last_attempt
    FROM of_suite
    LEFT JOIN latest ON latest.job = of_suite.job AND latest.edition = of_suite.edition
    WHERE of_suite.is_main = 1 OR latest.edition IS NOT NULL
)
SELECT
    run,
    began,
    suite,
    repository,
    matrices,
    commit_sha,
    job,
    environment,
    is_added,
    job_key,
    CAST(DENSE_RANK() OVER (ORDER BY job_key) AS INTEGER) AS job_nth,
    CAST(ROW_NUMBER() OVER (ORDER BY run) AS INTEGER) AS run_nth
FROM chosen
WHERE attempt = last_attempt
