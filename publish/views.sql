-- Views of a release for the portal, the command line and the site.
-- Groups are expanded to parties; rates are clipped to the dates on which the regime is in force between the two
-- parties and the document is authority. What is not held is a row that says so, never a silent gap.

-- A party is a member of itself and of its groups: schedules name either as the exporter.
CREATE VIEW v_member AS
SELECT party_id AS member_of, party_id, NULL AS valid_from, NULL AS valid_to FROM party
UNION ALL
SELECT group_id, party_id, valid_from, valid_to FROM party_group;

-- Every regime under which `importer` may give preference to goods of `exporter`: a table, because every question asks it.
-- standing: `dated` (in force from in_force_from), `unknown` (the day is not held), `not_in_force`.
-- why_none: why no rate of the pair may be shown, where none is: `no_line` in the schedules held, the schedule
-- `superseded`, entry into force not known (`in_force_unknown`), or `no_schedule` held.
CREATE TABLE pair (
    exporter TEXT NOT NULL, importer TEXT NOT NULL, regime_id TEXT NOT NULL, in_force_from TEXT, in_force_to TEXT,
    standing TEXT NOT NULL, why_none TEXT NOT NULL,
    PRIMARY KEY (exporter, importer, regime_id)
) STRICT, WITHOUT ROWID;
INSERT INTO pair
SELECT e.party_id, i.party_id, g.regime_id, max(e.in_force_from, i.in_force_from),
       nullif(min(ifnull(e.in_force_to, '9999-12-31'), ifnull(i.in_force_to, '9999-12-31')), '9999-12-31'),
       CASE WHEN g.status = 'signed' AND max(e.in_force_from, i.in_force_from) IS NULL THEN 'not_in_force'
            WHEN g.status = 'lapsed' AND e.in_force_to IS NULL AND i.in_force_to IS NULL THEN 'not_in_force'
            WHEN max(e.in_force_from, i.in_force_from) IS NULL THEN 'unknown'
            ELSE 'dated' END,
       'no_schedule'
FROM regime_party AS i
JOIN regime_party AS e ON e.regime_id = i.regime_id AND e.party_id <> i.party_id
JOIN regime AS g ON g.regime_id = i.regime_id
WHERE i.role IN ('grants', 'both') AND e.role IN ('receives', 'both')
ORDER BY 1, 2, 3;

-- Schedules by pair, with the days between which they may be shown as rates. A treaty's schedule whose entry into
-- force is not known is no rate; an importer's own tariff is its own evidence that the preference is given.
CREATE TABLE pair_schedule (
    exporter TEXT NOT NULL, importer TEXT NOT NULL, regime_id TEXT NOT NULL, schedule_id TEXT NOT NULL,
    in_force_from TEXT, in_force_to TEXT, shown_from TEXT NOT NULL, shown_to TEXT NOT NULL,
    layer TEXT NOT NULL, completeness TEXT NOT NULL, schedule_status TEXT NOT NULL, nomenclature_id TEXT NOT NULL,
    document_id TEXT NOT NULL, known_from TEXT, known_until TEXT, base_is TEXT,
    schedule_no INTEGER REFERENCES hs2022_preference_rate__schedule (no),
    PRIMARY KEY (exporter, importer, regime_id, schedule_id, shown_from)
) STRICT, WITHOUT ROWID;
INSERT INTO pair_schedule
SELECT p.exporter, p.importer, p.regime_id, s.schedule_id, p.in_force_from, p.in_force_to,
       max(ifnull(p.in_force_from, ''), ifnull(m.valid_from, ''), ifnull(d.known_from, '')),
       min(ifnull(p.in_force_to, '9999-12-31'), ifnull(m.valid_to, '9999-12-31'), ifnull(d.known_until, '9999-12-31')),
       s.layer, s.completeness, s.status, s.nomenclature_id, s.document_id, d.known_from, d.known_until, s.base_is,
       k.no
FROM pair AS p
JOIN schedule AS s ON s.regime_id = p.regime_id AND s.importer = p.importer
LEFT JOIN hs2022_preference_rate__schedule AS k ON k.schedule_id = s.schedule_id
JOIN v_member AS m ON m.member_of = s.exporter AND m.party_id = p.exporter
JOIN document AS d ON d.document_id = s.document_id
WHERE s.status <> 'superseded'
  AND (p.standing = 'dated'
       OR (p.standing = 'unknown' AND s.layer IN ('partner_transposed', 'domestic_instrument')))
ORDER BY 1, 2, 3, 4, 7;

UPDATE pair SET why_none = CASE
    WHEN EXISTS (SELECT 1 FROM pair_schedule AS q WHERE q.exporter = pair.exporter AND q.importer = pair.importer
                 AND q.regime_id = pair.regime_id) THEN 'no_line'
    WHEN s.status = 'superseded' THEN 'superseded' ELSE 'in_force_unknown' END
FROM (SELECT s.regime_id, s.importer, m.party_id AS exporter, max(s.status) AS status
      FROM schedule AS s JOIN v_member AS m ON m.member_of = s.exporter GROUP BY 1, 2, 3) AS s
WHERE s.regime_id = pair.regime_id AND s.importer = pair.importer AND s.exporter = pair.exporter;

-- The pairs with the facts of their regime.
CREATE VIEW v_pair AS
SELECT p.*, g.short_name, g.name_en, g.name_km, g.status AS regime_status, g.signed_on, g.certificate_form, g.kind,
       g.party_form, g.side_form
FROM pair AS p
JOIN regime AS g ON g.regime_id = p.regime_id;

-- The carried rates by the number of their schedule, from the parts of which `hs2022_preference_rate` is made.
CREATE VIEW v_carried AS
SELECT r.hs6, r.schedule_no,
       (SELECT s.row_key_before FROM hs2022_preference_rate__schedule AS s WHERE s.no = r.schedule_no)
       || '-' || r.hs6 || '-' || replace(p.valid_from, '-', '') AS row_key,
       p.valid_from, p.valid_to, o.*
FROM hs2022_preference_rate__row AS r
JOIN hs2022_preference_rate__period AS p ON p.no = r.period_no
JOIN hs2022_preference_rate__outcome AS o ON o.no = r.outcome_no;

-- One row a pair, subheading, regime, schedule and period. Filter by exporter, importer and hs6.
CREATE VIEW v_comparison AS
SELECT q.exporter, q.importer, r.hs6, q.regime_id, q.schedule_id,
       max(r.valid_from, q.shown_from) AS valid_from,
       nullif(min(ifnull(r.valid_to, '9999-12-31'), q.shown_to), '9999-12-31') AS valid_to,
       r.state, r.rate_pct, r.rate_max_pct, d.text AS duty_text, d.kind AS duty_kind, r.reason, r.relation,
       r.min_pct, r.max_pct, r.mean_pct, r.n_lines, r.n_distinct, r.n_free, r.n_excluded, r.n_non_ad_valorem,
       q.layer, q.completeness, q.document_id, q.base_is, q.schedule_status, q.nomenclature_id,
       q.known_from, q.known_until, r.row_key AS rate_row_key
FROM pair_schedule AS q
JOIN v_carried AS r ON r.schedule_no = q.schedule_no
LEFT JOIN duty AS d ON d.duty_id = r.duty_id
WHERE max(r.valid_from, q.shown_from) < min(ifnull(r.valid_to, '9999-12-31'), q.shown_to)
UNION ALL  -- after what is held: the end of a period that no other follows, or of the document's authority
SELECT g.exporter, g.importer, g.hs6, g.regime_id, g.schedule_id, g.ends, nullif(g.resumes, '9999-12-31'),
       'not_held', NULL, NULL, NULL, NULL, 'outside_period', g.relation,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       g.layer, g.completeness, g.document_id, g.base_is, g.schedule_status, g.nomenclature_id,
       g.known_from, g.known_until, NULL
FROM (SELECT q.*, r.hs6, r.relation, max(min(ifnull(r.valid_to, '9999-12-31'), q.shown_to), q.shown_from) AS ends,
             min(ifnull((SELECT min(n.valid_from) FROM v_carried AS n
                         WHERE n.hs6 = r.hs6 AND n.schedule_no = r.schedule_no
                           AND n.valid_from >= r.valid_to AND n.valid_from < q.shown_to), '9999-12-31'),
                 ifnull(q.in_force_to, '9999-12-31')) AS resumes
      FROM pair_schedule AS q
      JOIN v_carried AS r ON r.schedule_no = q.schedule_no
      WHERE q.shown_from < q.shown_to AND r.valid_from < q.shown_to
        AND min(ifnull(r.valid_to, '9999-12-31'), q.shown_to) < ifnull(q.in_force_to, '9999-12-31')
        AND (ifnull(r.valid_to, '9999-12-31') >= q.shown_to
             OR NOT EXISTS (SELECT 1 FROM v_carried AS n
                            WHERE n.hs6 = r.hs6 AND n.schedule_no = r.schedule_no AND n.valid_from = r.valid_to))
     ) AS g
WHERE g.ends < g.resumes
UNION ALL  -- in force before the first day that is held, or on no day that is held
SELECT g.exporter, g.importer, g.hs6, g.regime_id, g.schedule_id, g.begins, nullif(g.ends, '9999-12-31'),
       'not_held', NULL, NULL, NULL, NULL, 'outside_period', g.relation,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       g.layer, g.completeness, g.document_id, g.base_is, g.schedule_status, g.nomenclature_id,
       g.known_from, g.known_until, NULL
FROM (SELECT q.*, r.hs6, r.relation, ifnull(q.in_force_from, '1900-01-01') AS begins,
             CASE WHEN max(r.valid_from, q.shown_from) < q.shown_to THEN max(r.valid_from, q.shown_from)
                  ELSE ifnull(q.in_force_to, '9999-12-31') END AS ends
      FROM pair_schedule AS q
      JOIN v_carried AS r ON r.schedule_no = q.schedule_no
      WHERE NOT EXISTS (SELECT 1 FROM v_carried AS n
                        WHERE n.hs6 = r.hs6 AND n.schedule_no = r.schedule_no AND n.valid_from < r.valid_from)
     ) AS g
WHERE g.begins < g.ends
UNION ALL  -- regimes of the pair of which no rate of the subheading may be shown
SELECT p.exporter, p.importer, n.code, p.regime_id, NULL,
       coalesce(p.in_force_from, '1900-01-01'), p.in_force_to, 'not_held', NULL, NULL, NULL, NULL,
       p.why_none,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pair AS p
JOIN hs_node AS n ON n.edition = 'HS 2022' AND n.level = 6
WHERE p.standing <> 'not_in_force'
  AND NOT EXISTS (SELECT 1 FROM pair_schedule AS q
                  JOIN v_carried AS r ON r.schedule_no = q.schedule_no
                  WHERE q.regime_id = p.regime_id AND q.importer = p.importer AND q.exporter = p.exporter
                    AND r.hs6 = n.code);

-- The same by calendar year: each period that touches the year, with its first day and end within the year.
CREATE VIEW v_rate_by_year AS
SELECT y.year, c.exporter, c.importer, c.hs6, c.regime_id, c.schedule_id,
       max(c.valid_from, y.first_day) AS valid_from, min(ifnull(c.valid_to, y.next_first_day), y.next_first_day) AS valid_to,
       c.state, c.rate_pct, c.rate_max_pct, c.duty_text, c.reason, c.min_pct, c.max_pct, c.n_lines, c.layer, c.schedule_status,
       c.rate_row_key
FROM v_comparison AS c
JOIN v_year AS y ON c.valid_from < y.next_first_day AND ifnull(c.valid_to, '9999-12-31') > y.first_day;

-- The MFN duty of an importer; without an MFN source one open row that says `not_held`. A base rate never stands here.
CREATE VIEW v_mfn AS
SELECT r.importer, r.hs6, r.kind, r.valid_from, r.valid_to, r.state, r.rate_pct, d.text AS duty_text,
       d.kind AS duty_kind, r.reason, r.relation, r.min_pct, r.max_pct, r.mean_pct, r.n_lines, r.layer,
       r.row_key AS rate_row_key
FROM hs2022_mfn_rate AS r
LEFT JOIN duty AS d ON d.duty_id = r.duty_id
UNION ALL
SELECT p.party_id, n.code, 'applied', '1900-01-01', NULL, 'not_held', NULL, NULL, NULL, 'no_schedule', NULL,
       NULL, NULL, NULL, NULL, NULL, NULL
FROM party AS p
JOIN hs_node AS n ON n.edition = 'HS 2022' AND n.level = 6
WHERE NOT EXISTS (SELECT 1 FROM hs2022_mfn_rate AS r
                  WHERE r.hs6 = n.code AND r.importer = p.party_id AND r.kind = 'applied');

-- One row an agreement and party, with the agreement's facts.
CREATE VIEW v_agreement AS
SELECT g.regime_id, g.kind, g.short_name, g.name_en, g.name_km, g.party_form, g.side_form, g.status, g.signed_on,
       g.in_force_from, g.certificate_form, g.evidence, m.party_id, p.name_en AS party_name_en,
       p.name_km AS party_name_km, m.role, m.in_force_from AS party_in_force_from,
       m.in_force_to AS party_in_force_to, m.evidence AS party_evidence
FROM regime AS g
JOIN regime_party AS m ON m.regime_id = g.regime_id
JOIN party AS p ON p.party_id = m.party_id;

-- The rule of origin of a subheading under each regime, with its place in the document.
CREATE VIEW v_origin AS
SELECT x.regime_id, x.hs6, x.level, x.state, o.rule_text, o.rule, o.parse_state, o.hs_edition, o.code_from, o.code_to,
       o.is_ex, o.valid_from, o.valid_to, o.superseded_by, o.evidence, o.document_id, o.locator, o.page,
       o.row_key AS rule_row_key
FROM hs2022_origin_rule AS x
JOIN origin_rule AS o ON o.row_key = x.origin_rule_row_key
UNION ALL
SELECT g.regime_id, n.code, NULL, 'not_held', NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM regime AS g
JOIN hs_node AS n ON n.edition = 'HS 2022' AND n.level = 6
WHERE NOT EXISTS (SELECT 1 FROM hs2022_origin_rule AS x WHERE x.hs6 = n.code AND x.regime_id = g.regime_id);

CREATE VIEW v_provision_code AS
WITH listed (code, subject) AS (VALUES
    ('accumulation', 'origin'), ('de_minimis', 'origin'), ('roll_up', 'origin'), ('duty_drawback', 'origin'),
    ('outward_processing', 'origin'), ('accessories', 'origin'), ('wholly_obtained', 'origin'),
    ('non_qualifying_operations', 'origin'), ('value_added_calculation', 'origin'),
    ('indirect_materials', 'origin'), ('direct_consignment', 'origin'),
    ('certification', 'certificate'), ('certificate_exemption', 'certificate'), ('approved_exporter', 'certificate'),
    ('competent_authority', 'certificate'), ('validity_period', 'certificate'), ('retention_period', 'certificate'),
    ('third_party_invoicing', 'certificate'), ('verification', 'certificate'), ('penalties', 'certificate'),
    ('advance_rulings', 'certificate'), ('back_to_back', 'certificate'))
SELECT code, subject FROM listed;

-- Origin and certificate provisions; a code of which nothing is held stands with the value `not_held`.
CREATE VIEW v_provision AS
SELECT v.regime_id, c.subject, v.code, v.row_no, v.value, v.value_num, v.unit, v.text_en, v.text_km,
       v.article, v.page, v.document_id, d.title AS document_title, d.url AS document_url,
       v.valid_from, v.valid_to, v.evidence, v.row_key AS provision_row_key
FROM provision AS v
LEFT JOIN v_provision_code AS c ON c.code = v.code
LEFT JOIN document AS d ON d.document_id = v.document_id
UNION ALL
SELECT g.regime_id, c.subject, c.code, 1, 'not_held', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL
FROM regime AS g JOIN v_provision_code AS c
WHERE NOT EXISTS (SELECT 1 FROM provision AS v WHERE v.regime_id = g.regime_id AND v.code = c.code);

-- The proof of origin: the form and every provision about it.
CREATE VIEW v_certificate AS
SELECT g.certificate_form, v.*
FROM v_provision AS v
JOIN regime AS g ON g.regime_id = v.regime_id
WHERE v.subject = 'certificate';
