-- Which rows of the pages in page_rows did no test that ran rest on? A capability is exercised by a
-- test that requires it, another row by a test whose finding quotes it.
WITH exercised AS (
    SELECT DISTINCT findings.matrix, findings.subject, findings.source
    FROM findings
    INNER JOIN (
        SELECT DISTINCT tests.run, tests.decision
        FROM tests
        INNER JOIN selected ON selected.run = tests.run
        WHERE tests.ran
    ) AS decided ON decided.run = findings.run AND decided.decision = findings.decision
    WHERE findings.outcome <> 'not_applicable'
),
used AS (
    SELECT DISTINCT page_rows.nth
    FROM page_rows
    INNER JOIN exercised ON exercised.matrix = page_rows.matrix
    WHERE
        (page_rows.kind = 'capabilities' AND exercised.subject = page_rows.capability)
        OR (
            page_rows.kind <> 'capabilities'
            AND STRPOS(exercised.source, page_rows.heading) > 0
            AND STRPOS(exercised.source, page_rows.words) > 0
        )
)
SELECT page_rows.matrix, page_rows.kind, page_rows.capability, page_rows.heading, page_rows.words
FROM page_rows
LEFT JOIN used ON used.nth = page_rows.nth
WHERE used.nth IS NULL
ORDER BY page_rows.nth
