-- How often a timer could not fire because something is broken, and the code of what was; it is put off and never given up.
ALTER TABLE timer ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);
ALTER TABLE timer ADD COLUMN fault TEXT COLLATE "C";
