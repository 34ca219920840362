CREATE INDEX outbox_by_state ON outbox (region_id, state, created_at, id);

-- A sealed answer is random bytes of two or three kilobytes: the attempt to compress it is for nothing, and beside
-- its row it costs one write instead of two.
ALTER TABLE idempotency_key ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE idempotency_key SET (toast_tuple_target = 8160);
