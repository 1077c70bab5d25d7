"""What a published page says, as data: rows, loading, schemas, overlays."""
