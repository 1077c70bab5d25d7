-- What became of each test that ran, in each run that is compared, and what is expected of it there?
-- The newest run of the same job in the same environment says what is expected: what was expected
-- before and is no longer is no news.
SELECT
    test,
    variant,
    tracer_nth,
    run,
    decision,
    outcome,
    passed,
    file,
    line,
    owner,
    python,
    requires,
    declarations,
    expected AS expected_then,
    FIRST_VALUE(expected) OVER (
        PARTITION BY test, variant, job, environment
        ORDER BY began DESC, run DESC, decision, outcome
    ) AS expected
FROM (
    SELECT
        tests.test,
        placed.variant,
        placed.tracer_nth,
        tests.run,
        tests.decision,
        tests.outcome,
        tests.file,
        tests.line,
        tests.owner,
        tests.python,
        tests.requires,
        tests.declarations,
        compared.began,
        compared.job,
        compared.variant AS environment,
        CASE WHEN tests.outcome IN ('passed', 'xpassed') THEN 1 ELSE 0 END AS passed,
        CASE
            WHEN tests.verdict = 'unsupported' THEN 'to fail'
            WHEN tests.action <> 'run' THEN 'nothing'
            -- The mark of its author: no decision expected it to fail.
            WHEN tests.outcome IN ('xpassed', 'xfailed') THEN 'to fail, by its author'
            WHEN tests.verdict = 'supported' THEN 'to pass'
            ELSE 'nothing'
        END AS expected
    FROM tests
    INNER JOIN compared ON compared.run = tests.run
    INNER JOIN settings ON settings.facts = tests.facts AND settings.requires = tests.requires
    INNER JOIN placed ON placed.setting_nth = settings.setting_nth
    WHERE tests.ran AND tests.error = ''
) AS each_one
