-- Emergency stocks. An organization is the distribution key: all it holds is one place's.

create table signals.stock_site (
  organization text not null,
  site text not null,
  name text not null,
  -- GB/T 2260, six digits.
  district text not null,
  primary key (organization, site)
);

-- What a lot holds now: the sum of its movements, kept in their transaction, never below nothing.
create table signals.stock_lot (
  organization text not null,
  site text not null,
  item text not null,
  lot text not null,
  -- The last day of use; null: it has none.
  expires date,
  quantity bigint not null check (quantity >= 0),
  primary key (organization, site, item, lot)
);
create index stock_lot_item on signals.stock_lot (item) where quantity > 0;

-- A count of a lot at the end of a day; the same again is known, another figure corrects it.
create table signals.stock_count (
  organization text not null,
  site text not null,
  item text not null,
  lot text not null,
  day date not null,
  quantity bigint not null check (quantity >= 0),
  primary key (organization, site, item, lot, day)
);

-- Everything that changed a holding, and orders: only ever added to.
create table signals.stock_movement (
  organization text not null,
  id uuid not null,
  kind text not null check (kind in ('counted', 'received', 'issued', 'wasted', 'sent', 'arrived', 'ordered')),
  site text not null,
  item text not null,
  -- Empty for an order: its lot is known when it comes.
  lot text not null,
  day date not null,
  -- As it was told; a counter-movement has that of its movement with the sign turned.
  quantity bigint not null,
  -- What it did to the holding.
  effect bigint not null,
  -- Of an order: when it is expected.
  due date,
  -- The order that a receipt fulfils.
  order_id uuid,
  -- What both ends of a transfer share.
  transfer uuid,
  undoes uuid,
  note text not null,
  at timestamptz not null,
  by text not null,
  by_name text not null,
  primary key (organization, id)
);
create index stock_movement_newest on signals.stock_movement (at desc, id);
create index stock_movement_lot on signals.stock_movement (organization, site, item, lot, day);
create index stock_movement_use on signals.stock_movement (day, item) where kind = 'issued';
create index stock_movement_order on signals.stock_movement (organization, order_id) where order_id is not null;
create index stock_movement_orders on signals.stock_movement (item) where kind = 'ordered';
create unique index stock_movement_undone on signals.stock_movement (organization, undoes) where undoes is not null;

insert into access.policy (role, target, scope, verbs)
select role, target, scope, 'x'
from (values
  ('regulator', 'signals.stock.read', 'all'), ('laboratory-director', 'signals.stock.read', 'all'),
  ('regulator', 'signals.stock.write', 'all'), ('laboratory-director', 'signals.stock.write', 'organization'), ('enterprise', 'signals.stock.write', 'organization')
) as granted (role, target, scope)
on conflict (role, target, scope) do nothing;
