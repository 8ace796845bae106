-- Exports of views: who asked for what, how far it is, and the files that wait to be fetched.
create table lake.export (
  id text primary key,
  actor text not null,
  -- The actor as it asked, with its permissions: an export goes on after a restart and sees no more than was asked with.
  asker json not null,
  -- [{"name", "subject", "definition"}]: the views as they were when asked.
  views json not null,
  format text not null,
  header boolean not null,
  patients text[],
  since timestamptz,
  tracking text,
  state text not null check (state in ('accepted', 'running', 'done', 'failed', 'cancelled')),
  -- {"kind", "message", "issues"} of a failure.
  problem json,
  -- [{"name", "file", "rows", "bytes"}] of the views that are done, in their order.
  files json not null default '[]',
  asked_at timestamptz not null,
  -- Renewed while somebody is at it.
  beat_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz
);
create index export_actor on lake.export (actor, asked_at desc);
create index export_open on lake.export (asked_at) where state in ('accepted', 'running');
