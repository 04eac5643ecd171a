"""Loading a whole source: CSV files, data frames, Arrow tables and lists of records, in chunks that resume."""
