-- What kept out each test that never ran or was always undetermined, and in how many jobs?
-- Numbers take the place of words, which many tests and runs share.
WITH held AS (
    SELECT seen.test_nth, selected.job_nth, selected.run_nth, tests.decision
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    INNER JOIN seen ON seen.test = tests.test
    WHERE seen.ran_in = 0 OR seen.undetermined_in = seen.runs
),
decided AS (
    SELECT DISTINCT run_nth, decision FROM held
),
weighed AS (
    SELECT
        decided.run_nth,
        decided.decision,
        findings.subject,
        findings.check_name,
        findings.documented AS needs,
        findings.observed AS found,
        findings.source,
        CASE
            WHEN
                findings.requirement_verdict = 'unsupported' AND findings.outcome = 'violated'
                THEN 2
            WHEN
                findings.requirement_verdict = 'undetermined'
                AND findings.outcome = 'unknown'
                -- An Agent that is not known decides only where a marker asks for it.
                AND (findings.check_name <> 'agent' OR findings.subject = 'the test')
                THEN 1
            ELSE 0
        END AS weight
    FROM findings
    INNER JOIN selected ON selected.run = findings.run
    INNER JOIN decided
        ON decided.run_nth = selected.run_nth AND decided.decision = findings.decision
),
-- What is unknown decides only where nothing is violated.
worst AS (
    SELECT run_nth, decision, MAX(weight) AS weight
    FROM weighed
    GROUP BY run_nth, decision
    HAVING MAX(weight) > 0
),
facts AS (
    SELECT DISTINCT
        weighed.run_nth,
        weighed.decision,
        weighed.subject,
        weighed.check_name,
        weighed.needs,
        weighed.found,
        weighed.source
    FROM weighed
    INNER JOIN worst
        ON worst.run_nth = weighed.run_nth
        AND worst.decision = weighed.decision
        AND worst.weight = weighed.weight
),
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
    SELECT facts.run_nth, facts.decision, worded.fact_nth
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
    INNER JOIN numbered ON numbered.run_nth = held.run_nth AND numbered.decision = held.decision
    GROUP BY held.test_nth, numbered.fact_nth
),
factless AS (
    SELECT decided.run_nth, decided.decision
    FROM decided
    LEFT JOIN worst ON worst.run_nth = decided.run_nth AND worst.decision = decided.decision
    WHERE worst.run_nth IS NULL
),
others AS (
    SELECT
        seen.test_nth,
        selected.job_nth,
        CASE
            WHEN tests.error <> '' THEN tests.error
            WHEN tests.reason <> '' THEN tests.reason
            WHEN tests.outcome = 'not_run' THEN 'the run ended before it'
            WHEN tests.outcome = 'deselected' THEN 'it was deselected'
            ELSE 'it was skipped though it is supported'
        END AS reason
    FROM tests
    INNER JOIN selected ON selected.run = tests.run
    INNER JOIN factless
        ON factless.run_nth = selected.run_nth AND factless.decision = tests.decision
    INNER JOIN seen ON seen.test = tests.test
    WHERE seen.ran_in = 0 OR seen.undetermined_in = seen.runs
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
