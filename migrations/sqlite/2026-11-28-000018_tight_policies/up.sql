-- A case's names are taken out of the index by the case, whatever its words were folded to when they were written.
CREATE INDEX party_token_by_case ON party_token (region_id, case_id);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('party_token', 'party_token_by_case', '600000 600000 5');

-- Kept answers were recognised by a digest without a key, which outlives the key of the case. Their keys stay taken: a repeat of
-- one from before is refused, and takes no second effect.
UPDATE idempotency_key SET fingerprint = zeroblob(32);
