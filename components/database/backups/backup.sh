# Dumps one database into the application's own folder of /backups: an archive and its manifest, checked and then
# renamed, and removes the oldest of the same kind that it made. Runs with PostgreSQL's own programs, as a task of its own.
#
#   BACKUP_KIND     before-migration: when the migration gate asks for it. scheduled: now.
#   BACKUP_JOB      last part of the folder, and first part of the files' names
#   BACKUP_STACK    said in the manifest
#   BACKUP_KEEP     files of this kind that are kept
#   NOMAD_REGION, NOMAD_NAMESPACE   first two parts of the folder
#   POSTGRES_HOST, POSTGRES_PORT, POSTGRES_NAME, POSTGRES_USER, POSTGRES_PASSWORD, PGSSLMODE, PGSSLROOTCERT
set -u
umask 077
[ -n "$POSTGRES_PORT" ] || POSTGRES_PORT=5432
export PGHOST="$POSTGRES_HOST" PGPORT="$POSTGRES_PORT" PGDATABASE="$POSTGRES_NAME" PGUSER="$POSTGRES_USER"
export PGPASSWORD="$POSTGRES_PASSWORD" PGCONNECT_TIMEOUT=15
export ERRORS=/tmp/backup-errors LC_ALL=C

# A name as one part of a path; two names never give the same.
part() {
  case $1 in
    '' | .* | *[!A-Za-z0-9._-]*) printf '=%s' "$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')" ;;
    *) printf %s "$1" ;;
  esac
}

volume=/backups
region=$(part "${NOMAD_REGION:-global}")
namespace=$(part "${NOMAD_NAMESPACE:-default}")
job=$(part "$BACKUP_JOB")
folder=$volume/$region/$namespace/$job
prefix=$folder/$job-$BACKUP_KIND
stamp='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z'

# The application's own folder; anybody may make theirs beside it, and nobody can remove it.
make_folder() {
  for parent in "$volume/$region" "$volume/$region/$namespace"; do
    [ -d "$parent" ] || { mkdir "$parent" && chmod 1777 "$parent"; } 2>>"$ERRORS" || [ -d "$parent" ] || return 1
  done
  mkdir -p "$folder" 2>>"$ERRORS"
}

# A file with a name of its own, which its lock shows to be in progress until this process and its children end.
start_file() {
  command exec 8>"$folder/.lock" || return 1
  locks=no
  ! flock 8 || locks=yes
  # What a run that was killed has left is not locked. Where the volume has no locks, nobody can tell: it stays.
  for old in "$prefix"-$stamp.dump.partial; do
    [ $locks = yes ] && [ -e "$old" ] || continue
    flock -n "$old" rm -f "$old" "${old%.partial}.json.partial" "${old%.partial}.json"
  done
  while :; do
    file=$prefix-$(date -u +%Y%m%dT%H%M%SZ).dump
    export PARTIAL=$file.partial MANIFEST=$file.json.partial
    [ -e "$file" ] || ! (set -C && : >"$PARTIAL") || break
    # Either there is one of this second, or nothing can be written here at all.
    [ -e "$file" ] || [ -e "$PARTIAL" ] || return 1
    sleep 1
  done
  command exec 9>"$PARTIAL" || return 1
  [ $locks = no ] || flock -n 9
  exec 8>&-
}

# The archive is read again to its end before it gets its name. One session: what is dumped and what the manifest counts are of the same snapshot.
# Names of the database reach psql through \gexec, which sends them to the server and reads nothing in them.
dump() {
  : >"$ERRORS"
  make_folder && start_file 2>>"$ERRORS" || return 1
  psql --no-psqlrc --tuples-only --no-align --quiet --set=ON_ERROR_STOP=1 --set=stack="$BACKUP_STACK" \
    >/dev/null 2>>"$ERRORS" <<'SQL'
@SPELLING@;
begin isolation level repeatable read;
select pg_export_snapshot() as snapshot, current_setting('server_version_num')::int >= 140000 as hashes
\gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --compress=1 --lock-wait-timeout=600000 --no-owner --no-privileges --snapshot="$SNAPSHOT" --file="$PARTIAL" 2>>"$ERRORS" && pg_restore --file=/dev/null "$PARTIAL" 2>>"$ERRORS" && : >"$MANIFEST"
\set dumped `[ -e "$MANIFEST" ] && echo true || echo false`
\if :dumped
\set bytes `wc -c <"$PARTIAL"`
\set sha256 `sha256sum <"$PARTIAL" | cut -d " " -f 1`
\o | cat >"$MANIFEST"
\if :hashes
\set sums hashes
@HASHES@
\gexec
\else
\set sums text
@TEXT@
\gexec
\endif
\o
\endif
SQL
  if [ $? != 0 ] || [ ! -s "$MANIFEST" ]; then
    # pg_dump may end well on a full disk, and only reading the archive again shows what is missing.
    set -- $(df -P "$volume" | tail -n 1)
    [ "$4" != 0 ] || echo "error: no space left on the volume" >>"$ERRORS"
    rm -f "$PARTIAL" "$MANIFEST"
    exec 9>&-
    return 1
  fi
  mv "$MANIFEST" "$file.json" && mv "$PARTIAL" "$file" || return 1
  exec 9>&-
  own=$(origin "$file.json")
  keep
  adopt
}

# Stack and database, as the manifest begins with them.
origin() {
  sed -n '1s/, "serverVersion" : .*//p' "$1"
}

# Removes the oldest of this kind that this stack made of this database, and never the one just made, whatever the clock says.
keep() {
  set --
  for old in "$prefix"-$stamp.dump; do
    [ ! -e "$old.json" ] || [ "$(origin "$old.json")" != "$own" ] || set -- "$@" "$old"
  done
  extra=$(($# - BACKUP_KEEP))
  for old; do
    [ "$extra" -gt 0 ] || break
    [ "$old" != "$file" ] || continue
    rm -f "$old" "$old.json"
    extra=$((extra - 1))
  done
}

# Dumps used to lie side by side on the volume. Those of this job, stack and database are moved here, the archive
# before its manifest, and never removed: their names don't tell the namespace.
adopt() {
  for manifest in "$volume/$job"-before-migration-$stamp.dump.json "$volume/$job"-scheduled-$stamp.dump.json; do
    [ -e "$manifest" ] && [ "$(origin "$manifest")" = "$own" ] || continue
    archive=${manifest%.json} earlier=$folder/earlier
    [ -e "$archive" ] || [ -e "$earlier/${archive##*/}" ] || continue
    mkdir -p "$earlier" || return
    [ ! -e "$archive" ] || mv "$archive" "$earlier/" || continue
    mv "$manifest" "$earlier/"
  done
}

# The line that tells most: programs say what they were doing around it.
reason() {
  line=$(grep -iE 'error|fatal|failed|denied|no space' "$ERRORS" | tail -n 1)
  [ -n "$line" ] || line=$(tail -n 1 "$ERRORS")
  [ -n "$line" ] || line="see the log"
  printf '%s\n' "$line"
}

made() {
  echo "$(basename "$file") ($(wc -c <"$file") bytes)"
}

if [ "$BACKUP_KIND" = scheduled ]; then
  if dump; then
    echo "backup: $(made)"
  else
    cat "$ERRORS" >&2
    printf 'backup: failed: %s\n' "$(reason)" >&2
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
  printf 'failed %s\n' "$(reason)" >"$answer"
fi
