CREATE INDEX orders_item ON orders (item);
CREATE TABLE invoices (
	customer_id int PRIMARY KEY CONSTRAINT invoices_customer REFERENCES customers (id),
	cents bigint NOT NULL
);
CREATE TABLE age_verifications (
	id int PRIMARY KEY,
	verified_at timestamptz NOT NULL
);
CREATE TABLE carts (
	id int PRIMARY KEY,
	updated_at timestamptz NOT NULL
);
CREATE TABLE jobs (
	name text PRIMARY KEY,
	succeeded_at timestamptz NOT NULL,
	failed_rows int NOT NULL DEFAULT 0
);
GRANT SELECT, INSERT, UPDATE, DELETE ON carts TO app;
GRANT SELECT ON order_items TO reports;
GRANT SELECT, UPDATE ON jobs TO reports;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO verifier;
