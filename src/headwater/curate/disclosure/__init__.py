"""Every standard way in which a document says how it was made, or how it may be used."""
