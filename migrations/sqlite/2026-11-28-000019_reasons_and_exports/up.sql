-- Why something was erased is a code from now on, and the number of a letter; what was typed before stays as it is.
ALTER TABLE erasure ADD COLUMN letter TEXT CHECK (letter <> '');

-- Cases of a confirmed erasure that could not be erased: what keeps them from it, and when that was tried last.
ALTER TABLE erasure_case ADD COLUMN trouble TEXT CHECK (trouble IN ('damaged', 'at_odds', 'no_key'));
ALTER TABLE erasure_case ADD COLUMN tried_at TEXT CHECK (length(tried_at) = 27);

-- Whether a bearer token may take many rows out in one piece: its owner says so when it is made, after the password (R31).
ALTER TABLE token ADD COLUMN exports INTEGER NOT NULL DEFAULT 0 CHECK (exports IN (0, 1));
