-- The rows of _books.py. bench.rows parties and as many orders; all keys begin behind those of a fresh database.

CREATE FUNCTION pg_temp.rows() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT current_setting('bench.rows')::bigint $$;

CREATE FUNCTION pg_temp.notes() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT current_setting('bench.notes')::bigint $$;

-- Any number from a key, the same each time; salts keep one column from following another.
CREATE FUNCTION pg_temp.any_of(n bigint, salt int, many bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(n, salt) & 9007199254740991) % many $$;

CREATE FUNCTION pg_temp.word(n bigint, salt int, words text[]) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT words[1 + pg_temp.any_of(n, salt, cardinality(words))] $$;

CREATE FUNCTION pg_temp.surname(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT pg_temp.word(n, 1, '{Ander,Bel,Cor,Dal,Ek,Fal,Gar,Hol,Ing,Jor,Kar,Lin,Mar,Nor,Ost,Pel,Quin,Ros,Tor,Ver,Wes}')
    || pg_temp.word(n, 2, '{a,be,ci,do,e,fa,gi,ho,il,ka,le,mo,na,or,pe,ra,si,ta,un,ve}')
    || pg_temp.word(n, 3, '{berg,dahl,feld,gren,haus,keller,lund,mann,nen,quist,rup,sen,stein,tal,ville,wik,zen}')
$$;

CREATE FUNCTION pg_temp.trade(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT pg_temp.word(n, 4, '{Textiles,Fashion,Interiors,Bakery,Coffee,Furniture,Outdoor,Optics,Tools,Paper,Ceramics,
    Cycles,Yarns,Leather,Glass,Garden,Sports,Toys,Kitchen,Lighting,Knitwear,Wood,Print,Packaging,Dairy,Flowers}')
$$;

-- Two parties in three are organisations; the names of one in fifty occur again.
CREATE FUNCTION pg_temp.name(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN n % 3 = 0
    THEN pg_temp.word(n, 5, '{Ada,Bo,Clara,David,Elif,Filip,Greta,Hugo,Ines,Jonas,Karin,Luis,Mei,Noor,Olga,Paulo,Rosa}')
        || ' ' || pg_temp.surname(n) || '-' || pg_temp.surname(n + 1)
    ELSE pg_temp.surname(n) || ' ' || pg_temp.trade(n) || ' ' || pg_temp.surname(n + 1)
        || ' ' || pg_temp.word(n, 6, '{GmbH,AB,Ltd,Oy,Lda,SA,BV,Inc,ApS,KG}')
END $$;

-- One record in a thousand is of the one who asks for pages, the others are spread over forty colleagues.
CREATE FUNCTION pg_temp.owner(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN n % 1000 = 0 THEN 1041 ELSE 1001 + n % 40 END $$;

CREATE FUNCTION pg_temp.day(n bigint, salt int) RETURNS date LANGUAGE sql STABLE AS
$$ SELECT current_date - pg_temp.any_of(n, salt, 1000)::int $$;

-- One order in a hundred goes to one of ten great customers, the others to anybody.
CREATE FUNCTION pg_temp.customer(n bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
SELECT 1000 + CASE WHEN n % 100 = 0 THEN 1 + pg_temp.any_of(n, 7, 10) ELSE 1 + pg_temp.any_of(n, 8, pg_temp.rows()) END
$$;

-- Newest first there are drafts and open orders; nearly all of the others are shipped or closed.
CREATE FUNCTION pg_temp.state(n bigint) RETURNS text LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN pg_temp.any_of(n, 9, 100) < 2 THEN 'cancelled'
    WHEN n <= pg_temp.rows() * 0.9 THEN CASE WHEN pg_temp.any_of(n, 9, 100) < 30 THEN 'shipped' ELSE 'closed' END
    ELSE pg_temp.word(n, 10, '{draft,confirmed,confirmed,confirmed,part_shipped,shipped}')
END $$;

-- Ordered in the order of their numbers, over a thousand days.
CREATE FUNCTION pg_temp.ordered(n bigint) RETURNS date LANGUAGE sql STABLE AS
$$ SELECT current_date - 1000 + (n * 1000 / pg_temp.rows())::int $$;

INSERT INTO accounts_team (id, name) SELECT 1000 + n, 'Team ' || n FROM generate_series(1, 8) n;

INSERT INTO accounts_user (id, password, email, name, title, is_active, is_superuser, is_system, language, timezone,
    joined_at)
SELECT 1000 + n, '!', 'person' || n || '@example.org', pg_temp.surname(n) || ', ' || pg_temp.surname(n + 7), '', true,
    false, false, '', '', now()
FROM generate_series(1, 41) n;

UPDATE accounts_user SET email = 'sales@example.org', name = 'Sally Sales' WHERE id = 1041;

INSERT INTO sites_site (id, custom, code, name, line1, postcode, city, country, timezone, is_active)
VALUES (1001, '{}', 'MAIN', 'Main site', '', '', 'Porto', 'PT', 'UTC', true);

INSERT INTO catalog_item (id, custom, sku, name, sort_name, description, kind, unit_id, colour, size, swatch, tracking,
    supply, standard_cost, list_price, lead_days, safety_stock, hs_code, gtin, temperature, hazard,
    cost_method, count_class, tax_class, origin_country, is_active)
SELECT 1000 + n, '{}', 'ART-' || n, made.name, lower(made.name), '', 'stock', unit.id, '', '', '', 'none', 'make',
    5 + n % 40, 12 + n % 90, 10, 0, '', '', 'any', '', 'fifo', '', 'standard', '', true
FROM generate_series(1, 2000) n, LATERAL (SELECT pg_temp.trade(n) || ' ' || pg_temp.surname(n) AS name) made,
    LATERAL (SELECT id FROM catalog_unit WHERE code = 'pcs') unit;

INSERT INTO parties_party (id, custom, kind, name, sort_name, code, legal_name, language, vat_number, currency, email,
    phone, website, is_active, is_customer, is_supplier, is_carrier, is_partner, is_prospect, is_subcontractor,
    is_competitor, owner_id, team_id, notes, opened_at)
SELECT 1000 + n, '{}', CASE WHEN n % 3 = 0 THEN 'person' ELSE 'organisation' END, pg_temp.name(n),
    lower(pg_temp.name(n)), 'C' || n, '', '', CASE WHEN n % 3 = 0 THEN '' ELSE 'PT' || 500000000 + n END, 'EUR',
    lower(pg_temp.surname(n)) || n || '@example.org', '+3512' || lpad(n::text, 8, '0'), '', n % 25 <> 0,
    n % 10 < 6, n % 10 = 6, false, false, n % 10 > 6, false, false, pg_temp.owner(n), 1001 + n % 8, '',
    pg_temp.day(n, 11) + interval '9 hours'
FROM generate_series(1, pg_temp.rows()) n;

INSERT INTO parties_partyrole (id, party_id, role, since)
SELECT id, id, CASE WHEN is_customer THEN 'customer' WHEN is_supplier THEN 'supplier' ELSE 'prospect' END, opened_at
FROM parties_party WHERE id > 1000 ORDER BY id;

INSERT INTO parties_customerterms (id, party_id, payment_days, credit_limit, currency)
SELECT id, id, 30, 50000, 'EUR' FROM parties_party WHERE id > 1000 AND is_customer ORDER BY id;

INSERT INTO parties_address (id, party_id, purpose, line1, line2, city, region, postcode, country, is_primary)
SELECT 1000 + n, 1000 + n, 'shipping', pg_temp.surname(n + 3) || ' street ' || n % 200, '', place[2], '',
    lpad(pg_temp.any_of(n, 12, 100000)::text, 5, '0'), place[1], true
FROM generate_series(1, pg_temp.rows()) n, LATERAL (SELECT string_to_array(pg_temp.word(n, 13,
    '{PT Porto,PT Braga,DE Hamburg,DE Leipzig,SE Lund,FR Lyon,IT Biella,NL Utrecht,PL Poznan,ES Vigo,DK Aarhus}'), ' ')
    AS place) AS placed;

INSERT INTO parties_contactpoint (id, party_id, kind, value, normalised, purpose, is_primary)
SELECT id, id, 'email', email, email, '', true FROM parties_party WHERE id > 1000 ORDER BY id;

INSERT INTO sales_order (id, custom, revision, number, state, customer_id, customer_reference, currency, freight, net,
    tax, total, payment_days, ordered_on, wanted_on, promised_on, expected_on, site_id, ship_name, ship_address,
    owner_id, team_id, note, confirmed_at, shipped_at, closed_at, cancelled_because)
SELECT 1000 + n, '{}', 1, 'S-' || lpad(n::text, greatest(4, length(n::text)), '0'), state, customer, 'PO ' || 400000 + pg_temp.any_of(n, 14, 900000),
    'EUR', 0, worth, 0, worth, 30, ordered, ordered + 30,
    CASE WHEN is_promised THEN ordered + 30 END,
    CASE WHEN is_promised THEN ordered + 28 + pg_temp.any_of(n, 15, 9)::int END,
    1001, '', '', pg_temp.owner(customer - 1000), 1001 + customer % 8, '',
    CASE WHEN is_promised THEN ordered + interval '10 hours' END,
    CASE WHEN state IN ('shipped', 'closed') THEN ordered + interval '30 days' END,
    CASE WHEN state = 'closed' THEN ordered + interval '60 days' END, ''
FROM generate_series(1, pg_temp.rows()) n,
    LATERAL (SELECT pg_temp.state(n) AS state, pg_temp.customer(n) AS customer, pg_temp.ordered(n) AS ordered,
        20 * (5 + pg_temp.any_of(n, 16, 400)) AS worth) made,
    LATERAL (SELECT state NOT IN ('draft', 'cancelled') AS is_promised) told;

INSERT INTO sales_orderline (id, position, item_id, description, quantity, entered_quantity, unit_id, price, discount,
    tax_rate, amount, unit_cost, promise_basis, promise_method, promise_limit, order_id, promised_on, expected_on,
    cause, stage, shipped, invoiced, delivery)
SELECT 1000 + n, 1 + n % 2, 1001 + pg_temp.any_of(n, 17, 2000), '', 10, 10, unit.id, o.total / 20, 0, 0, o.total / 2,
    5, '', '', '', o.id, o.promised_on, o.expected_on, '', '', shipped, shipped, ''
FROM generate_series(1, 2 * pg_temp.rows()) n JOIN sales_order o ON o.id = 1000 + (n + 1) / 2,
    LATERAL (SELECT CASE WHEN o.state IN ('shipped', 'closed') THEN 10 ELSE 0 END AS shipped) gone,
    LATERAL (SELECT id FROM catalog_unit WHERE code = 'pcs') unit;

-- What the triggers would have written.
INSERT INTO sales_promisedday (supply, day, quantity)
SELECT 'make', l.promised_on, sum(l.quantity) FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id
WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state) GROUP BY l.promised_on;

-- Three opportunities for ten orders; one in six is open.
INSERT INTO pipeline_opportunity (id, custom, revision, number, state, name, party_id, pipeline_id, stage_id, staged_at,
    owner_id, team_id, amount, currency, closes_on, source, competitor, next_step, opened_at, closed_at, evidence,
    lost_reason, promise_text, promise_tone, snoozes)
SELECT 1000 + n, '{}', 1, 'D-' || lpad(n::text, greatest(4, length(n::text)), '0'), state, pg_temp.trade(n) || ' for ' || pg_temp.surname(n + 5),
    party, stage.pipeline_id, stage.id, now() - interval '1 day' * (n % 60), pg_temp.owner(n), 1001 + n % 8,
    500 * (1 + pg_temp.any_of(n, 18, 200)), 'EUR', current_date + (n % 90)::int, '', '',
    CASE WHEN n % 2 = 0 THEN 'Call again' ELSE '' END, now() - interval '90 days',
    CASE WHEN state <> 'open' THEN now() - interval '5 days' END, '',
    CASE WHEN state = 'lost' THEN 'Price' ELSE '' END, '', 'muted', 0
FROM generate_series(1, pg_temp.rows() * 3 / 10) n,
    LATERAL (SELECT pg_temp.word(n, 19, '{open,won,won,won,lost,lost}') AS state,
        1001 + pg_temp.any_of(n, 20, pg_temp.rows()) AS party) made
    JOIN LATERAL (SELECT id, pipeline_id FROM pipeline_stage ORDER BY position
        OFFSET pg_temp.any_of(n, 21, (SELECT count(*) FROM pipeline_stage)) LIMIT 1) stage ON true;

-- One lead for ten parties; three in four are over.
INSERT INTO pipeline_lead (id, custom, revision, number, state, name, company, job_title, email, phone, country, interest,
    source, source_detail, captured_at, worked_at, closed_at, owner_id, team_id, reason, party_id)
SELECT 1000 + n, '{}', 1, 'L-' || lpad(n::text, greatest(4, length(n::text)), '0'), state,
    pg_temp.surname(n + 9) || ', ' || pg_temp.surname(n + 2), pg_temp.surname(n) || ' ' || pg_temp.trade(n), '',
    lower(pg_temp.surname(n)) || n || '@example.net', '', 'PT', '', pg_temp.word(n, 22, '{Web,Fair,Advice,Call}'), '',
    now() - interval '1 hour' * (n % 9000), CASE WHEN state <> 'new' THEN now() - interval '1 hour' * (n % 8000) END,
    CASE WHEN is_over THEN now() - interval '1 hour' * (n % 7000) END, pg_temp.owner(n), 1001 + n % 8,
    CASE WHEN state = 'disqualified' THEN 'No need' ELSE '' END,
    CASE WHEN state = 'qualified' THEN 1001 + pg_temp.any_of(n, 23, pg_temp.rows()) END
FROM generate_series(1, pg_temp.rows() / 10) n,
    LATERAL (SELECT pg_temp.word(n, 24, '{new,working,qualified,qualified,qualified,disqualified,disqualified,disqualified}')
        AS state) made,
    LATERAL (SELECT state IN ('qualified', 'disqualified') AS is_over) told;

INSERT INTO tasks_task (id, title, text, state, due_on, about_kind, about_id, about, written_at, closed_at, assignee_id,
    author_id, party_id)
SELECT 1000 + n, 'Ask about ' || pg_temp.trade(n), '', state, current_date + (n % 60)::int - 30, 'parties.party', party,
    pg_temp.name(party - 1000), now() - interval '1 day' * (n % 90), CASE WHEN state = 'done' THEN now() END,
    pg_temp.owner(20 * n), 1001 + n % 40, party
FROM generate_series(1, pg_temp.rows() / 50) n,
    LATERAL (SELECT pg_temp.word(n, 25, '{open,done}') AS state, 1001 + pg_temp.any_of(n, 26, pg_temp.rows()) AS party) made;

-- Notes about any of the parties, and those of the customer of the long timeline.
INSERT INTO timeline_note (id, kind, about_kind, about_id, party_id, subject, body, author_id, at, direction, outcome,
    message_id, pinned)
SELECT 1000 + n, CASE WHEN n % 3 = 0 THEN 'call' ELSE 'note' END, 'parties.party', party, party, '',
    'They asked for ' || pg_temp.trade(n) || ' again.', 1001 + n % 40, told, '', '', '', false
FROM generate_series(1, pg_temp.notes() + 10000) n,
    LATERAL (SELECT CASE WHEN n > pg_temp.notes() THEN current_setting('bench.great')::bigint
            ELSE 1001 + pg_temp.any_of(n, 27, pg_temp.rows()) END AS party,
        CASE WHEN n > pg_temp.notes() THEN now() - interval '1 hour' * (pg_temp.notes() + 10000 - n)
            ELSE pg_temp.day(n, 28) + interval '11 hours' END AS told) made;

-- One activity for five hundred imported rows, one for each thing done with the customer of the long timeline.
INSERT INTO kernel_activity (id, at, actor_id, verb, kind, subject, parameters, accepted, via, request_id)
SELECT 1000 + n, now(), 1001 + n % 40, 'surface.import_rows', '', '', '{}', '[]', 'import', ''
FROM generate_series(0, (5 * pg_temp.rows() + pg_temp.notes()) / 500 + 10000) n;

-- Four events for each party, one for each note about it, and ten thousand for one.
CREATE TEMP TABLE told (place numeric, n bigint, at timestamptz, name text, payload jsonb, about text[]);

INSERT INTO told SELECT 0, id - 1000, opened_at, 'parties.PartyOpened',
    jsonb_build_object('party_id', id, 'party', name, 'kind', kind, 'roles', '[]'::jsonb), ARRAY['parties.party:' || id]
FROM parties_party WHERE id > 1000;

INSERT INTO told SELECT step, id - 1000, ordered_on + interval '9 hours' + interval '20 days' * step, name,
    jsonb_build_object('order_id', id, 'number', number, 'customer_id', customer_id) || more,
    ARRAY['parties.party:' || customer_id, 'sales.order:' || id]
FROM sales_order, LATERAL (VALUES
    (1, 'sales.OrderTakenOver', true, jsonb_build_object('day', ordered_on)),
    (2, 'sales.OrderConfirmed', promised_on IS NOT NULL, jsonb_build_object('promised_on', promised_on, 'total', total::text,
        'currency', currency)),
    (3, 'sales.OrderClosed', state = 'closed', '{}'::jsonb)) AS made (step, name, is_true, more)
WHERE id > 1000 AND is_true;

INSERT INTO told SELECT 4, id - 1000, opened_at, 'pipeline.OpportunityOpened', jsonb_build_object('opportunity_id', id, 'number',
        number, 'title', name, 'party_id', party_id, 'amount', amount::text, 'currency', currency),
    ARRAY['parties.party:' || party_id, 'pipeline.opportunity:' || id]
FROM pipeline_opportunity WHERE id > 1000;

INSERT INTO told SELECT 4.5, id - 1000, captured_at, 'pipeline.LeadCaptured',
    jsonb_build_object('lead_id', id, 'number', number, 'title', name, 'source', source), ARRAY['pipeline.lead:' || id]
FROM pipeline_lead WHERE id > 1000;

INSERT INTO told SELECT 5, id - 1000, at, CASE kind WHEN 'call' THEN 'timeline.CallLogged' ELSE 'timeline.NoteWritten' END,
    jsonb_build_object('note_id', id, 'about_kind', about_kind, 'about_id', about_id::text, 'author', 'Ada', 'subject', '',
        'topic', '', 'body', body),
    ARRAY['parties.party:' || about_id]
FROM timeline_note WHERE id > 1000;

INSERT INTO kernel_storedevent (id, at, name, payload, activity_id, about)
SELECT 1000 + key, at, name, payload, 1000 + key / 500, about FROM told, LATERAL (SELECT (place * pg_temp.rows())::bigint + n AS key)
    AS made ORDER BY place, n;

-- What the two triggers would have written.
INSERT INTO kernel_eventabout (event_id, kind, object_id)
SELECT e.id, split_part(a, ':', 1), split_part(a, ':', 2)::bigint FROM kernel_storedevent e, unnest(e.about) a
WHERE e.id > 1000 ORDER BY e.id;
