"""The database engine of the settings: Django's for PostgreSQL, which composes its statements faster."""
