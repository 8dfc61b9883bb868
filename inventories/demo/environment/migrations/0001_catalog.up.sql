CREATE TABLE products (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    code text NOT NULL UNIQUE,
    price_cents integer NOT NULL CHECK (price_cents > 0),
    minimum_age integer NOT NULL DEFAULT 0
);
GRANT SELECT ON products TO shop;
