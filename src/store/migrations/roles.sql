-- The rights of the database users, for whoever runs PostgreSQL. Run once in the database of Sluice, as
-- its owner, before the first start; then the program makes its tables as sluice_migrator and works
-- as sluice_app, which may not change or drop a table. Give each user a password of its own:
--   DATABASE_MIGRATION_URL  sluice_migrator   tables
--   DATABASE_URL            sluice_app        rows
--   DATABASE_READ_URL       sluice_reader     reads only (optional); all rows, so also hashes of
--                                             passwords and keys: guard it like the other two
-- The users themselves: CREATE ROLE sluice_app LOGIN PASSWORD '...'; and so on.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS sluice AUTHORIZATION sluice_migrator;
GRANT USAGE ON SCHEMA sluice TO sluice_app, sluice_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE sluice_migrator IN SCHEMA sluice
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sluice_app;
ALTER DEFAULT PRIVILEGES FOR ROLE sluice_migrator IN SCHEMA sluice
  GRANT SELECT ON TABLES TO sluice_reader;
