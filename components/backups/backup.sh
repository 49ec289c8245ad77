# Dumps one database into /backups: an archive and its manifest, checked and then renamed, and removes the
# oldest of the same kind. Runs with PostgreSQL's own programs, as a task of its own.
#
#   BACKUP_KIND     before-migration: when the migration gate asks for it. scheduled: now.
#   BACKUP_JOB      first part of the files' names
#   BACKUP_STACK    said in the manifest
#   BACKUP_KEEP     files of this kind that are kept
#   POSTGRES_HOST, POSTGRES_PORT, POSTGRES_NAME, POSTGRES_USER, POSTGRES_PASSWORD, PGSSLMODE, PGSSLROOTCERT
set -u
umask 077
[ -n "$POSTGRES_PORT" ] || POSTGRES_PORT=5432
export PGHOST="$POSTGRES_HOST" PGPORT="$POSTGRES_PORT" PGDATABASE="$POSTGRES_NAME" PGUSER="$POSTGRES_USER"
export PGPASSWORD="$POSTGRES_PASSWORD" PGCONNECT_TIMEOUT=15
prefix=/backups/$BACKUP_JOB-$BACKUP_KIND
export ERRORS=/tmp/backup-errors

# The archive is read again to its end before it gets its name. One session: what is dumped and what the manifest counts are of the same snapshot.
dump() {
  file=$prefix-$(date -u +%Y%m%dT%H%M%SZ).dump
  rm -f "$prefix"-*.partial
  export PARTIAL=$file.partial MANIFEST=$file.json.partial
  psql --no-psqlrc --tuples-only --no-align --quiet --set=ON_ERROR_STOP=1 --set=stack="$BACKUP_STACK" \
    >/dev/null 2>"$ERRORS" <<'SQL'
@SPELLING@;
begin isolation level repeatable read;
select pg_export_snapshot() as snapshot, current_setting('server_version_num')::int >= 140000 as hashes
\gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --compress=1 --lock-wait-timeout=600000 --no-owner --no-privileges --snapshot="$SNAPSHOT" --file="$PARTIAL" 2>>"$ERRORS" && pg_restore --file=/dev/null "$PARTIAL" 2>>"$ERRORS" && : >"$MANIFEST"
\set dumped `[ -e "$MANIFEST" ] && echo true || echo false`
\if :dumped
\if :hashes
@HASHES@ as prints
\gset
\set sums hashes
\else
@TEXT@ as prints
\gset
\set sums text
\endif
\set bytes `wc -c <"$PARTIAL"`
\set sha256 `sha256sum <"$PARTIAL" | cut -d " " -f 1`
\o | cat >"$MANIFEST"
select json_build_object('stack', :'stack', 'database', current_database(),
  'serverVersion', current_setting('server_version'),
  'taken', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'bytes', :bytes, 'sha256', :'sha256', 'sums', :'sums',
  'tables', (select coalesce(json_object_agg(name, json_build_object('rows', rows, 'sum', sum::text)), '{}') from (:prints) prints));
\o
\endif
SQL
  if [ $? != 0 ] || [ ! -s "$MANIFEST" ]; then
    # pg_dump may end well on a full disk, and only reading the archive again shows what is missing.
    set -- $(df -P /backups | tail -n 1)
    [ "$4" != 0 ] || echo "error: no space left on the volume" >>"$ERRORS"
    rm -f "$PARTIAL" "$MANIFEST"
    return 1
  fi
  mv "$MANIFEST" "$file.json" && mv "$PARTIAL" "$file" || return 1
  keep "$file"
}

# Removes the oldest of this kind, and never the one just made, whatever the clock says.
keep() {
  made=$1
  set -- "$prefix"-[0-9]*T[0-9]*Z.dump
  extra=$(($# - BACKUP_KEEP))
  for old; do
    [ "$extra" -gt 0 ] || break
    [ "$old" != "$made" ] || continue
    rm -f "$old" "$old.json"
    extra=$((extra - 1))
  done
}

# The line that tells most: programs say what they were doing around it.
reason() {
  line=$(grep -iE 'error|fatal|failed|denied|no space' "$ERRORS" | tail -n 1)
  [ -n "$line" ] || line=$(tail -n 1 "$ERRORS")
  [ -n "$line" ] || line="see the log"
  echo "$line"
}

made() {
  echo "$(basename "$file") ($(wc -c <"$file") bytes)"
}

if [ "$BACKUP_KIND" = scheduled ]; then
  if dump; then
    echo "backup: $(made)"
  else
    cat "$ERRORS" >&2
    echo "backup: failed: $(reason)" >&2
    exit 1
  fi
  exit 0
fi

request=$NOMAD_ALLOC_DIR/tmp/backup-request
answer=$NOMAD_ALLOC_DIR/tmp/backup-answer
mkfifo -m 666 "$request" 2>/dev/null
mkfifo -m 666 "$answer" 2>/dev/null
if [ ! -p "$request" ] || [ ! -p "$answer" ]; then
  echo "backup: no pipe can be made in $NOMAD_ALLOC_DIR/tmp" >&2
  exit 1
fi
# Waits without using the processor, for as long as the gate waits for others.
read -r word <"$request"
if [ "$word" != dump ]; then
  echo "backup: not needed, nothing is migrated here"
  exit 0
fi
if dump; then
  echo "backup: $(made)"
  echo "done $(made)" >"$answer"
else
  cat "$ERRORS" >&2
  # The gate fails with this reason, and the allocation with it.
  echo "failed $(reason)" >"$answer"
fi
