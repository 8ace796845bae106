alter table access.account add column last_sign_in_at timestamptz;
