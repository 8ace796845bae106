-- A view that cannot read too many resources is fed no longer, until its definition is changed.
alter table lake.kept_view drop constraint kept_view_state_check;
alter table lake.kept_view add constraint kept_view_state_check check (state in ('building', 'current', 'suspended'));
create index skipped_view on lake.skipped (view);
