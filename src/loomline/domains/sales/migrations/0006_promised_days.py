from django.conf import settings
from django.db import migrations, models

import loomline.kernel.quantity

# Whoever changes a line or the state of its order, by whatever way: the difference is added here, never set,
# so that nobody waits for anybody. Lines count while their order is promised and not cancelled.
FORWARD = """
CREATE FUNCTION sales_is_promised(state text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN state IN ('confirmed', 'part_shipped', 'shipped', 'closed');

INSERT INTO sales_promisedday (supply, day, quantity)
SELECT i.supply, l.promised_on, sum(l.quantity)
FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id JOIN catalog_item i ON i.id = l.item_id
WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state) GROUP BY 1, 2;

CREATE FUNCTION sales_promise_lines() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sales_promisedday (supply, day, quantity)
        SELECT i.supply, l.promised_on, sum(l.quantity)
        FROM new_rows l JOIN sales_order o ON o.id = l.order_id JOIN catalog_item i ON i.id = l.item_id
        WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state) GROUP BY 1, 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO sales_promisedday (supply, day, quantity)
        SELECT i.supply, l.promised_on, -sum(l.quantity)
        FROM old_rows l JOIN sales_order o ON o.id = l.order_id JOIN catalog_item i ON i.id = l.item_id
        WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state) GROUP BY 1, 2;
    ELSIF EXISTS (
        SELECT FROM old_rows was JOIN new_rows became USING (id) WHERE
            (was.promised_on, was.quantity, was.item_id, was.order_id)
            IS DISTINCT FROM (became.promised_on, became.quantity, became.item_id, became.order_id)
    ) THEN
        INSERT INTO sales_promisedday (supply, day, quantity)
        SELECT i.supply, l.promised_on, sum(l.quantity)
        FROM (
            SELECT order_id, item_id, promised_on, quantity FROM new_rows
            UNION ALL SELECT order_id, item_id, promised_on, -quantity FROM old_rows
        ) l JOIN sales_order o ON o.id = l.order_id JOIN catalog_item i ON i.id = l.item_id
        WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state)
        GROUP BY 1, 2 HAVING sum(l.quantity) <> 0;
    END IF;
    RETURN NULL;
END $body$;

CREATE FUNCTION sales_promise_orders() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    more bigint[];
    less bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO more FROM new_rows WHERE sales_is_promised(state);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(id) INTO less FROM old_rows WHERE sales_is_promised(state);
    ELSE
        SELECT array_agg(id) FILTER (WHERE sales_is_promised(became.state)),
            array_agg(id) FILTER (WHERE sales_is_promised(was.state)) INTO more, less
        FROM old_rows was JOIN new_rows became USING (id)
        WHERE sales_is_promised(was.state) <> sales_is_promised(became.state);
    END IF;
    IF more IS NOT NULL OR less IS NOT NULL THEN
        INSERT INTO sales_promisedday (supply, day, quantity)
        SELECT i.supply, l.promised_on, sum(CASE WHEN l.order_id = ANY (more) THEN l.quantity ELSE -l.quantity END)
        FROM sales_orderline l JOIN catalog_item i ON i.id = l.item_id
        WHERE l.order_id = ANY (more || less) AND l.promised_on IS NOT NULL GROUP BY 1, 2;
    END IF;
    RETURN NULL;
END $body$;

CREATE FUNCTION sales_promise_items() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    IF EXISTS (SELECT FROM old_rows was JOIN new_rows became USING (id) WHERE was.supply <> became.supply) THEN
        INSERT INTO sales_promisedday (supply, day, quantity)
        SELECT changed.supply, l.promised_on, sum(changed.sign * l.quantity)
        FROM (
            SELECT became.id, became.supply, 1 AS sign
            FROM old_rows was JOIN new_rows became USING (id) WHERE was.supply <> became.supply
            UNION ALL SELECT was.id, was.supply, -1
            FROM old_rows was JOIN new_rows became USING (id) WHERE was.supply <> became.supply
        ) changed JOIN sales_orderline l ON l.item_id = changed.id JOIN sales_order o ON o.id = l.order_id
        WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state) GROUP BY 1, 2;
    END IF;
    RETURN NULL;
END $body$;

CREATE TRIGGER sales_promise_lines_made AFTER INSERT ON sales_orderline
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_lines();
CREATE TRIGGER sales_promise_lines_changed AFTER UPDATE ON sales_orderline
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_lines();
CREATE TRIGGER sales_promise_lines_gone AFTER DELETE ON sales_orderline
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_lines();
CREATE TRIGGER sales_promise_orders_made AFTER INSERT ON sales_order
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_orders();
CREATE TRIGGER sales_promise_orders_changed AFTER UPDATE ON sales_order
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_orders();
CREATE TRIGGER sales_promise_orders_gone AFTER DELETE ON sales_order
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_orders();
CREATE TRIGGER sales_promise_items AFTER UPDATE ON catalog_item
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_promise_items();
"""
BACKWARD = """
DROP FUNCTION sales_promise_lines() CASCADE;
DROP FUNCTION sales_promise_orders() CASCADE;
DROP FUNCTION sales_promise_items() CASCADE;
DROP FUNCTION sales_is_promised(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalog", "0002_sort_name"),
        ("parties", "0008_lines_of_parents"),
        ("pipeline", "0002_exits_reasons_credit"),
        ("sales", "0005_alternatives"),
        ("sites", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PromisedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("supply", models.CharField(max_length=16, verbose_name="supply")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "quantity",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, max_digits=20, verbose_name="quantity"
                    ),
                ),
            ],
            options={
                "verbose_name": "promised day",
                "verbose_name_plural": "promised days",
                "indexes": [
                    models.Index(fields=["supply", "day"], include=("quantity",), name="sales_promised_day")
                ],
            },
        ),
        migrations.RemoveIndex(model_name="order", name="sales_order_promised"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["promised_on", "id"],
                include=("state", "shipped_at", "owner", "team"),
                name="sales_order_promised",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state__in", ["confirmed", "part_shipped"])),
                fields=["-total", "id"],
                include=("currency", "promised_on", "expected_on", "owner", "team"),
                name="sales_order_worth",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
