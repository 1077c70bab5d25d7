-- Which runs show each piece of news? Of each test the ten newest below the version of the tracer
-- from which it works, and the ten newest from there on.
WITH sided AS (
    SELECT
        news.kind,
        tried.test,
        tried.variant,
        tried.run,
        tried.outcome,
        tried.tracer_nth,
        compared.began,
        compared.job,
        compared.address,
        tried.python,
        ROW_NUMBER() OVER (
            PARTITION BY
                news.kind,
                tried.test,
                tried.variant,
                CASE WHEN tried.tracer_nth >= news.from_nth THEN 1 ELSE 0 END
            ORDER BY compared.began DESC, tried.run, tried.outcome
        ) AS nth
    FROM news
    INNER JOIN tried ON tried.test = news.test AND tried.variant = news.variant
    INNER JOIN compared ON compared.run = tried.run
)
SELECT
    kind,
    test,
    variant,
    run,
    outcome,
    tracer_nth,
    CAST(began AS DATE) AS day,
    job,
    address,
    python
FROM sided
WHERE nth <= 10
ORDER BY kind, test, variant, tracer_nth, began, run, outcome
