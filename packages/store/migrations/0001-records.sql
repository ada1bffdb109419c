-- Times are milliseconds since the epoch. Ids are UUIDv7, so their order is the order of creation.
create table reverie.accounts (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('artist', 'operator')),
  created_at bigint not null
);

-- Only the SHA-256 of a key is kept.
create table reverie.api_keys (
  hash text primary key,
  account uuid not null references reverie.accounts on delete cascade,
  label text not null,
  created_at bigint not null
);
create index api_keys_by_account on reverie.api_keys (account);

-- No foreign key to accounts: what was rendered outlives the account until it is erased on its own terms.
-- Parameters are json, not jsonb: a prompt may hold escapes such as \u0000 that jsonb refuses.
create table reverie.renders (
  id uuid primary key,
  account uuid not null,
  parameters json not null,
  created_at bigint not null
);
create index renders_by_account on reverie.renders (account, id desc);

-- Written before its render in the same transaction, so the check waits for the commit.
create table reverie.idempotency_keys (
  account uuid not null,
  key text not null,
  fingerprint text not null,
  render uuid not null references reverie.renders on delete cascade deferrable initially deferred,
  primary key (account, key)
);
create index idempotency_keys_by_render on reverie.idempotency_keys (render);

create table reverie.jobs (
  id uuid primary key,
  render uuid not null references reverie.renders on delete cascade,
  index integer not null check (index >= 0),
  seed text not null,
  nonce text not null,
  state text not null default 'queued'
    check (state in ('queued', 'leased', 'completed', 'failed', 'cancelled')),
  attempt integer not null default 0,
  worker_peer text,
  worker_name text,
  leased_at bigint,
  image_hash text,
  image_bytes bigint,
  image_width integer,
  image_height integer,
  failure_code text,
  failure_message text,
  finished_at bigint,
  unique (render, index),
  check ((worker_peer is null) = (worker_name is null)),
  check ((state = 'completed') = (image_hash is not null)),
  check ((state = 'failed') = (failure_code is not null)),
  check ((state in ('completed', 'failed', 'cancelled')) = (finished_at is not null))
);
create index jobs_open on reverie.jobs (render) where state in ('queued', 'leased');

-- Workers that a fault excludes from a job for good.
create table reverie.exclusions (
  job uuid not null references reverie.jobs on delete cascade,
  worker text not null,
  code text not null,
  message text not null,
  primary key (job, worker)
);

-- Canonical DAG-CBOR of countersigned receipts.
create table reverie.receipts (
  job uuid primary key references reverie.jobs on delete cascade,
  body bytea not null
);

create table reverie.workers (
  peer text primary key,
  name text not null,
  first_seen_at bigint not null,
  last_seen_at bigint not null,
  completed bigint not null default 0,
  faults bigint not null default 0
);
create index workers_by_last_seen on reverie.workers (last_seen_at desc, peer);
