-- Deliveries that failed and wait for their next try, which are few: whether an earlier one of a subject waits was looked for among
-- all deliveries of the lane, each time for each, so that a long lane took seconds for one batch.
create index delivery_waiting on kernel.delivery (hearer, lane, subject, id) where next_at is not null;
