-- Each event holds the hash of the one before it.
CREATE TABLE audit_events (
	id bigint PRIMARY KEY,
	occurred_at timestamptz NOT NULL,
	actor text NOT NULL,
	action text NOT NULL,
	request_id text NOT NULL,
	prev_hash text NOT NULL,
	hash text NOT NULL
);
CREATE INDEX audit_events_occurred_at ON audit_events (occurred_at);
CREATE FUNCTION audit_hash(e audit_events) RETURNS text LANGUAGE sql AS $$
	SELECT encode(sha256(convert_to(concat_ws('|', e.prev_hash, e.id, e.actor, e.action, e.request_id,
		to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), 'UTF8')), 'hex')
$$;
CREATE FUNCTION reject_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_events_rows BEFORE UPDATE OR DELETE ON audit_events
	FOR EACH ROW EXECUTE FUNCTION reject_change();
CREATE TRIGGER audit_events_all BEFORE TRUNCATE ON audit_events
	FOR EACH STATEMENT EXECUTE FUNCTION reject_change();
-- Here the lack of rights is all that protects.
CREATE TABLE usage_ledger (
	id bigint PRIMARY KEY,
	customer_id int NOT NULL CONSTRAINT usage_ledger_customer REFERENCES customers (id),
	units int NOT NULL
);
CREATE INDEX usage_ledger_customer_id ON usage_ledger (customer_id);
CREATE TABLE role_changes (
	request_id text PRIMARY KEY,
	changed_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON audit_events, usage_ledger, role_changes TO app;
