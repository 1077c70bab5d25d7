"""A published page as data: rows, loading, schemas, overlays."""
