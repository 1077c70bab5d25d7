"""What a marker asks for: requirements, expressions, markers."""
