-- All patients of an organization at once, for searches that name none.
create index care_organization on access.care (organization, patient);
