-- What people are told inside the app: one notice for each cause, to those whom it reaches when they read.

create table cluster.notice (
  -- Of its cause: the same cause is the same notice.
  id text primary key,
  kind text not null,
  -- The page that it opens.
  path text not null,
  -- What its words name, see NoticeFacts in src/modules/cluster/model/notices.ts.
  facts json not null,
  by_account text not null,
  at timestamptz not null
);
create index notice_at on cluster.notice (at);

-- `thing/<id>` reaches whoever owns or speaks for it when reading, else `Organization/<id>`, `account/<id>` or `role/<role>`.
create table cluster.notice_to (
  recipient text not null,
  at timestamptz not null,
  notice text not null,
  primary key (recipient, at, notice)
);

create table cluster.notice_read (
  account text not null,
  notice text not null,
  at timestamptz not null,
  primary key (account, notice)
);

-- Kinds that a person wants to hear nothing of.
create table cluster.notice_quiet (
  account text primary key,
  kinds text[] not null
);
