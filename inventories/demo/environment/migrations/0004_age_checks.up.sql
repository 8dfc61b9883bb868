-- Kept for 7 years. Whoever checked an age cannot change afterwards what came of it.
CREATE TABLE age_checks (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id integer NOT NULL REFERENCES orders,
    passed boolean NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON age_checks (order_id);
GRANT SELECT, INSERT ON age_checks TO shop;
