-- Which tests were undetermined in each run that has them?
SELECT test, file, line FROM seen WHERE undetermined_in = runs ORDER BY test
