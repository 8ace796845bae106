-- Why a version was made; an amendment of a protocol that was signed off must say it.
alter table signals.study_version add column why text;

-- Who stands for a version before it is analysed; never changed. The hash is of the protocol as it was signed.
create table signals.study_sign_off (
  study uuid not null,
  version int not null,
  hash text not null,
  signed_by text not null,
  signed_by_name text not null,
  signed_at timestamptz not null,
  primary key (study, version)
);
