-- Lists of cases are unions of walks (store/case_query.rs): one office, one mediator or the region,
-- in one stage, by time. The mediator at the end lets a search by name look at no other table row.
DROP INDEX cases_by_time;
DROP INDEX cases_by_office;
DROP INDEX cases_by_search;
CREATE INDEX cases_by_stage ON cases (region_id, stage, filed_at, id);
CREATE INDEX cases_by_office ON cases (region_id, office_id, stage, filed_at, id, mediator_id);
-- What a mediator filed and nobody was assigned to yet.
CREATE INDEX cases_by_filer ON cases (region_id, filed_by, filed_at, id) WHERE accepted_at IS NULL;
