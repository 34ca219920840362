-- SQLite has no row-level security: a file belongs to one process, and the scope of a query is its only lock.
SELECT 1;
