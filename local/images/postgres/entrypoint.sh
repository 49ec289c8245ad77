#!/bin/sh
# Starts PostgreSQL the way the official image does: the first start makes the cluster from POSTGRES_USER,
# POSTGRES_PASSWORD, POSTGRES_DB, POSTGRES_HOST_AUTH_METHOD and POSTGRES_INITDB_ARGS (the first three also as
# *_FILE); later starts use what PGDATA holds.
set -eu

fail() {
  echo "postgres entrypoint: $*" >&2
  exit 1
}

# Reads NAME, else the file that NAME_FILE names, else the default.
setting() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  [ -z "$value" ] || [ -z "$file" ] || fail "both $1 and $1_FILE are set: set one of them"
  if [ -n "$file" ]; then value=$(cat "$file"); fi
  eval "$1=\${value:-\$2}"
}

initialise() {
  setting POSTGRES_PASSWORD ""
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  [ -n "$POSTGRES_PASSWORD" ] || [ "$method" = trust ] || fail "the database is not initialised and" \
    "POSTGRES_PASSWORD is not set: set it (or POSTGRES_HOST_AUTH_METHOD=trust, which lets anyone in)"

  # The cluster is made in a folder of its own and moved up with PG_VERSION last, so that a start that was
  # killed in the middle leaves something that is known to be unfinished.
  unfinished="$PGDATA/.initdb"
  if [ -e "$unfinished" ]; then
    echo "postgres entrypoint: an earlier start did not finish; starting over"
    find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +
  fi
  others=$(find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found)
  [ -z "$others" ] || fail "$PGDATA holds files but no database; use an empty volume: $others"

  mkdir -m 700 "$unfinished"
  password_file=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$password_file"
  set -- --pgdata="$unfinished" --username="$POSTGRES_USER" --encoding=UTF8 --locale=C.UTF-8 --no-instructions \
    --auth-local=trust --auth-host="$method"
  if [ -n "$POSTGRES_PASSWORD" ]; then set -- "$@" --pwfile="$password_file"; fi
  # shellcheck disable=SC2086 # several arguments, as in the official image
  initdb "$@" ${POSTGRES_INITDB_ARGS:-}
  rm -f "$password_file"

  echo "host all all all $method" >>"$unfinished/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$unfinished/postgresql.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    quoted=$(printf '%s' "$POSTGRES_DB" | sed 's/"/""/g')
    printf 'CREATE DATABASE "%s";\n' "$quoted" | postgres --single -D "$unfinished" -j postgres >/dev/null
  fi
  find "$unfinished" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  mv "$unfinished/PG_VERSION" "$PGDATA/"
  rmdir "$unfinished"
}

case "${1:-}" in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown postgres:postgres /var/run/postgresql
  find "$PGDATA" ! -user postgres -exec chown postgres:postgres {} +
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

# The first process of a container gets no default handling of signals: without this, a stop during
# initialisation would wait for the kill.
trap 'exit 143' TERM INT
if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise; fi
found=$(cat "$PGDATA/PG_VERSION")
[ "$found" = "$PG_MAJOR" ] || fail "$PGDATA was made by PostgreSQL $found and this is PostgreSQL $PG_MAJOR:" \
  "use an image of version $found, or dump the database there and restore it into an empty volume here"

# PostgreSQL takes SIGTERM for "wait until every client has left". A container is stopped for good, so both
# signals ask for the fast shutdown, which rolls back what is open and loses nothing that was committed.
stopping=
trap 'stopping=yes; [ -z "${server:-}" ] || kill -INT "$server" 2>/dev/null || :' TERM INT
"$@" &
server=$!
[ -z "$stopping" ] || kill -INT "$server"
# A signal ends `wait` early; the loop goes on until the server itself has ended.
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
  status=0
  wait "$server" || status=$?
done
exit "$status"
