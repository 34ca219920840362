-- While the data keys are re-wrapped, two master keys are in use: the one that is being replaced, and the one that names it
-- here. A key is replaced once, and only the first of all replaces none.
ALTER TABLE master_key ADD COLUMN replaces BLOB CHECK (length(replaces) = 16);
DROP INDEX master_key_in_use;
CREATE UNIQUE INDEX master_key_replaced ON master_key (replaces);
CREATE UNIQUE INDEX master_key_first ON master_key ((replaces IS NULL)) WHERE replaces IS NULL;
