CREATE TABLE orders (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id integer NOT NULL REFERENCES members,
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON orders (member_id);

CREATE TABLE order_lines (
    order_id integer NOT NULL REFERENCES orders,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_lines (product_id);
GRANT SELECT, INSERT, UPDATE ON orders, order_lines TO shop;
