-- Which markers, declarations and findings does each expectation rest on that is news?
WITH concerned AS (
    SELECT
        news.kind,
        tried.test,
        tried.variant,
        tried.run,
        tried.decision,
        tried.file,
        tried.line,
        tried.owner,
        tried.requires,
        tried.declarations,
        tried.expected
    FROM news
    INNER JOIN tried ON tried.test = news.test AND tried.variant = news.variant
    WHERE
        tried.expected = tried.expected_then
        AND (
            (
                news.kind = 'works'
                AND tried.expected LIKE 'to fail%'
                AND tried.tracer_nth >= news.from_nth
            )
            OR (news.kind = 'fails' AND tried.expected = 'to pass' AND tried.passed = 0)
        )
)
SELECT DISTINCT
    concerned.kind,
    concerned.test,
    concerned.variant,
    concerned.file,
    concerned.line,
    concerned.owner,
    concerned.requires,
    concerned.declarations,
    concerned.expected,
    findings.requirement,
    findings.matrix,
    findings.check_name,
    findings.subject,
    findings.documented,
    findings.source
FROM concerned
LEFT JOIN findings
    ON findings.run = concerned.run
    AND findings.decision = concerned.decision
    AND (
        (
            concerned.kind = 'works'
            AND findings.requirement_verdict = 'unsupported'
            AND findings.outcome = 'violated'
        )
        OR (
            concerned.kind = 'fails'
            AND findings.check_name = 'tracer'
            AND findings.outcome = 'satisfied'
        )
    )
ORDER BY
    concerned.kind,
    concerned.test,
    concerned.variant,
    concerned.line,
    findings.requirement,
    findings.check_name,
    findings.subject,
    findings.documented,
    concerned.declarations,
    concerned.requires
