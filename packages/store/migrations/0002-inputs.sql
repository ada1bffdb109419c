-- Input pictures and masks by who sent them; the files are blobs. One account cannot use what only another has sent.
create table reverie.inputs (
  account uuid not null references reverie.accounts on delete cascade,
  hash text not null,
  bytes bigint not null,
  width integer not null,
  height integer not null,
  created_at bigint not null,
  primary key (account, hash)
);

-- What a worker said about its picture, as a list of sentences, and whether the safety model flagged it.
-- json, not jsonb: see the parameters of renders.
alter table reverie.jobs
  add column notes json not null default '[]',
  add column flagged boolean not null default false;
