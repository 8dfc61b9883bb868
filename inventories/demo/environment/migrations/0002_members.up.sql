CREATE TABLE members (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO shop;
