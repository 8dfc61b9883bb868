CREATE TABLE customers (
	id int PRIMARY KEY,
	email text NOT NULL UNIQUE
);
CREATE TABLE users (
	id int PRIMARY KEY,
	customer_id int NOT NULL CONSTRAINT users_customer REFERENCES customers (id),
	password_hash text
);
CREATE INDEX users_customer_id ON users (customer_id);
CREATE TABLE orders (
	id int PRIMARY KEY,
	customer_id int NOT NULL CONSTRAINT orders_customer REFERENCES customers (id),
	item text NOT NULL
);
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE TABLE order_items (
	order_id int NOT NULL CONSTRAINT order_items_order REFERENCES orders (id),
	line int NOT NULL,
	price numeric(10, 2) NOT NULL,
	PRIMARY KEY (order_id, line)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON customers, users, orders, order_items TO app;
