-- What kept out each test that never ran or was always undetermined, and in how many jobs?
WITH held AS (
    SELECT tests.*, selected.job_key
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    INNER JOIN seen ON seen.test = tests.test
    WHERE seen.ran_in = 0 OR seen.undetermined_in = seen.runs
),
facts AS (
    SELECT DISTINCT
        held.test,
        held.run,
        held.job_key,
        findings.subject,
        findings.check_name,
        findings.documented AS needs,
        findings.observed AS found,
        findings.source
    FROM held
    INNER JOIN findings ON findings.run = held.run AND findings.decision = held.decision
    WHERE
        findings.requirement_verdict = held.verdict
        AND (
            (held.verdict = 'unsupported' AND findings.outcome = 'violated')
            -- An Agent that is not known decides only where a marker asks for it.
            OR (
                held.verdict = 'undetermined'
                AND findings.outcome = 'unknown'
                AND (findings.check_name <> 'agent' OR findings.subject = 'the test')
            )
        )
),
others AS (
    SELECT
        held.test,
        held.job_key,
        CASE
            WHEN held.error <> '' THEN held.error
            WHEN held.reason <> '' THEN held.reason
            WHEN held.outcome = 'not_run' THEN 'the run ended before it'
            WHEN held.outcome = 'deselected' THEN 'it was deselected'
            ELSE 'it was skipped though it is supported'
        END AS reason
    FROM held
    LEFT JOIN (SELECT DISTINCT test, run FROM facts) AS known
        ON known.test = held.test AND known.run = held.run
    WHERE known.run IS NULL
)
SELECT
    test,
    subject,
    check_name,
    needs,
    found,
    source,
    '' AS reason,
    COUNT(DISTINCT job_key) AS jobs
FROM facts
GROUP BY test, subject, check_name, needs, found, source
UNION ALL
SELECT
    test,
    '' AS subject,
    '' AS check_name,
    '' AS needs,
    '' AS found,
    '' AS source,
    reason,
    COUNT(DISTINCT job_key) AS jobs
FROM others
GROUP BY test, reason
ORDER BY test, jobs DESC, subject, check_name, needs, found, source, reason
