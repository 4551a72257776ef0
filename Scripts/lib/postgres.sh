# PostgreSQL for the tests; sourced by Scripts/databases.
# shellcheck shell=bash

# The directory of the newest installed server's programs.
postgres_programs() {
  local newest
  newest=$(find /usr/lib/postgresql -maxdepth 3 -name initdb 2> /dev/null | sort --version-sort | tail -n 1)
  [ -n "$newest" ] && dirname "$newest"
}

postgres_install() {
  postgres_programs > /dev/null || install_servers postgresql
}

postgres_process() {
  living_process "$home/postgres/postmaster.pid" "$home/postgres"
}

postgres_up() {
  postgres_process > /dev/null && return 0
  [ -e "$home/postgres/ready" ] || postgres_create
  postgres_start
}

postgres_create() {
  local user
  user=$(server_user postgres)
  rm -rf "$home/postgres"
  private_directory "$user" "$home/postgres"
  echo "databases: creating a PostgreSQL cluster" >&2
  install -m 600 -o "$user" /dev/null "$sockets/postgres/password"
  echo "$password" > "$sockets/postgres/password"
  run_as "$user" "$(postgres_programs)/initdb" --pgdata "$home/postgres" --username dovetail \
    --pwfile "$sockets/postgres/password" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 \
    --no-instructions > /dev/null
  rm -f "$sockets/postgres/password"
  install_certificate "$user" "$home/postgres"
  cat >> "$home/postgres/postgresql.conf" << END
listen_addresses = '127.0.0.1'
max_connections = 200
# What a driver that is broken on purpose does not stop must not keep the machine busy.
statement_timeout = 60s
ssl = on
ssl_cert_file = '$home/postgres/server.crt'
ssl_key_file = '$home/postgres/server.key'
END
  postgres_start
  postgres_query postgres 'CREATE DATABASE dovetail'
  touch "$home/postgres/ready"
}

# Starts on the port of the last time, or on a new one where another process has taken it.
postgres_start() {
  local user log=$home/postgres/server.log before
  user=$(server_user postgres)
  postgres_process > /dev/null && return 0
  [ -n "$postgres_port" ] || postgres_port=$(free_port)
  for _ in $(seq 20); do
    before=$(line_count "$log")
    if run_as "$user" "$(postgres_programs)/pg_ctl" start --silent --wait --timeout 60 \
      --pgdata "$home/postgres" --log "$log" \
      --options "-p $postgres_port -k $sockets/postgres" > /dev/null 2>&1 < /dev/null 9>&-; then
      save_state
      return
    fi
    # The shared memory of a killed server lives until its last child has noticed.
    if lines_after "$log" "$before" | grep --quiet 'Address already in use'; then
      postgres_port=$(free_port)
    else
      sleep 0.5
    fi
  done
  echo "databases: PostgreSQL does not start; the end of its log:" >&2
  tail -n 20 "$log" >&2
  return 1
}

postgres_stop() {
  local process
  process=$(postgres_process) || return 0
  # SIGINT: the fast shutdown, which does not wait for clients to leave.
  kill -INT "$process"
  await_end "$process" 60
}

postgres_kill() {
  local process
  process=$(postgres_process) || return 0
  kill_hard "$process"
}

postgres_query() {
  PGPASSWORD=$password run_as "$(server_user postgres)" "$(postgres_programs)/psql" \
    --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --host "$sockets/postgres" \
    --port "$postgres_port" --username dovetail --dbname "$1" --command "$2"
}

postgres_urls() {
  local base="postgres://dovetail:$password@127.0.0.1:$postgres_port/dovetail"
  echo "DOVETAIL_POSTGRES_URL=$base?sslmode=disable"
  echo "DOVETAIL_POSTGRES_TLS_URL=$base?sslmode=verify-full&sslrootcert=$(encode "$home/tls/ca.crt")"
  echo "DOVETAIL_POSTGRES_SOCKET_URL=postgres://dovetail:$password@$(encode "$sockets/postgres" / %2F):$postgres_port/dovetail"
}
