-- What is in the shop's database. Run as an administrator, once all migrations are applied.
INSERT INTO products (name, code, price_cents)
SELECT 'Product ' || n, md5(n::text), 100 + n FROM generate_series(1, 2000) AS n;

-- Hashes in their form only: nobody knows a password for them.
INSERT INTO members (email, password_hash)
SELECT
    'member' || n || '@mail.example',
    'pbkdf2_sha256$600000$' || left(md5(n::text), 16) || '$' || encode(sha256(n::text::bytea), 'base64')
FROM generate_series(1, 380) AS n;
-- One of the things wrong: members of the old shop who never signed in here still have the hash it made.
INSERT INTO members (email, password_hash)
SELECT 'old-member' || n || '@mail.example', md5('old' || n) FROM generate_series(1, 20) AS n;

INSERT INTO orders (member_id) SELECT id FROM members;
INSERT INTO order_lines (order_id, product_id, quantity) SELECT id, 1 + id % 2000, 1 FROM orders;
INSERT INTO age_checks (order_id, passed) SELECT id, true FROM orders WHERE id % 7 = 0;
-- Another: somebody loaded the old shop's orders at night, and took out what was in the way.
ALTER TABLE order_lines DROP CONSTRAINT order_lines_product_id_fkey;

-- The bookkeeping of golang-migrate: the newest migration, and whether it failed half-way.
CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES (4, false);

-- What the verifier needs beside pg_monitor, as docs/howto/postgresql.md says.
GRANT SELECT ON schema_migrations TO golive;
GRANT SELECT (password_hash) ON members TO golive;
