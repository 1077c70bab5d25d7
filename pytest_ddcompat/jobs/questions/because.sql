-- What kept out each test that never ran or was always undetermined, and in how many jobs?
WITH held AS (
    SELECT
        seen.test_nth,
        selected.job_nth,
        tests.run,
        tests.decision,
        tests.outcome,
        tests.verdict,
        tests.error,
        tests.reason
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    INNER JOIN seen ON seen.test = tests.test
    WHERE seen.ran_in = 0 OR seen.undetermined_in = seen.runs
),
decided AS (
    SELECT
        run,
        decision,
        MIN(verdict) AS verdict,
        MIN(error) AS error,
        MIN(reason) AS reason
    FROM held
    GROUP BY run, decision
),
facts AS (
    SELECT DISTINCT
        decided.run,
        decided.decision,
        findings.subject,
        findings.check_name,
        findings.documented AS needs,
        findings.observed AS found,
        findings.source
    FROM decided
    INNER JOIN findings ON findings.run = decided.run AND findings.decision = decided.decision
    WHERE
        findings.requirement_verdict = decided.verdict
        AND (
            (decided.verdict = 'unsupported' AND findings.outcome = 'violated')
            -- An Agent that is not known decides only where a marker asks for it.
            OR (
                decided.verdict = 'undetermined'
                AND findings.outcome = 'unknown'
                AND (findings.check_name <> 'agent' OR findings.subject = 'the test')
            )
        )
),
-- Numbers take the place of words, which many tests and runs share.
worded AS (
    SELECT
        subject,
        check_name,
        needs,
        found,
        source,
        ROW_NUMBER() OVER (ORDER BY subject, check_name, needs, found, source) AS fact_nth
    FROM (SELECT DISTINCT subject, check_name, needs, found, source FROM facts) AS once
),
numbered AS (
    SELECT facts.run, facts.decision, worded.fact_nth
    FROM facts
    INNER JOIN worded
        ON worded.subject = facts.subject
        AND worded.check_name = facts.check_name
        AND worded.needs = facts.needs
        AND worded.found = facts.found
        AND worded.source = facts.source
),
counted AS (
    SELECT held.test_nth, numbered.fact_nth, COUNT(DISTINCT held.job_nth) AS jobs
    FROM held
    INNER JOIN numbered ON numbered.run = held.run AND numbered.decision = held.decision
    GROUP BY held.test_nth, numbered.fact_nth
),
others AS (
    SELECT
        held.test_nth,
        held.job_nth,
        CASE
            WHEN decided.error <> '' THEN decided.error
            WHEN decided.reason <> '' THEN decided.reason
            WHEN held.outcome = 'not_run' THEN 'the run ended before it'
            WHEN held.outcome = 'deselected' THEN 'it was deselected'
            ELSE 'it was skipped though it is supported'
        END AS reason
    FROM held
    INNER JOIN decided ON decided.run = held.run AND decided.decision = held.decision
    LEFT JOIN (SELECT DISTINCT run, decision FROM numbered) AS known
        ON known.run = held.run AND known.decision = held.decision
    WHERE known.run IS NULL
),
all_of_them AS (
    SELECT
        counted.test_nth,
        worded.subject,
        worded.check_name,
        worded.needs,
        worded.found,
        worded.source,
        '' AS reason,
        counted.jobs
    FROM counted
    INNER JOIN worded ON worded.fact_nth = counted.fact_nth
    UNION ALL
    SELECT
        test_nth,
        '' AS subject,
        '' AS check_name,
        '' AS needs,
        '' AS found,
        '' AS source,
        reason,
        COUNT(DISTINCT job_nth) AS jobs
    FROM others
    GROUP BY test_nth, reason
)
SELECT
    seen.test,
    all_of_them.subject,
    all_of_them.check_name,
    all_of_them.needs,
    all_of_them.found,
    all_of_them.source,
    all_of_them.reason,
    all_of_them.jobs
FROM all_of_them
INNER JOIN seen ON seen.test_nth = all_of_them.test_nth
ORDER BY
    all_of_them.test_nth,
    all_of_them.jobs DESC,
    all_of_them.subject,
    all_of_them.check_name,
    all_of_them.needs,
    all_of_them.found,
    all_of_them.source,
    all_of_them.reason
