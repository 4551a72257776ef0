# A second server of each kind, small, which checks demote and promote; sourced by Scripts/databases.
# shellcheck shell=bash

# Programs that start in a folder of their own, kept apart from the data of the first by their names.

second_postgres_process() {
  living_process "$home/second-postgres/postmaster.pid" "$home/second-postgres"
}

second_postgres_up() {
  local user data=$home/second-postgres log=$home/second-postgres.log
  second_postgres_process > /dev/null && return 0
  user=$(server_user postgres)
  if [ ! -e "$data/ready" ]; then
    rm -rf "$data"
    private_directory "$user" "$data"
    install -m 600 -o "$user" /dev/null "$sockets/postgres/password"
    echo "$password" > "$sockets/postgres/password"
    run_as "$user" "$(postgres_programs)/initdb" --pgdata "$data" --username dovetail --no-sync \
      --pwfile "$sockets/postgres/password" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 \
      --no-instructions > /dev/null
    rm -f "$sockets/postgres/password"
    printf '%s\n' "listen_addresses = '127.0.0.1'" 'max_connections = 60' 'shared_buffers = 16MB' \
      'fsync = off' 'statement_timeout = 60s' >> "$data/postgresql.conf"
  fi
  [ -e "$log" ] || install -m 600 -o "$user" /dev/null "$log"
  for _ in 1 2 3 4 5; do
    [ -n "$second_postgres_port" ] || second_postgres_port=$(free_port)
    if run_as "$user" "$(postgres_programs)/pg_ctl" start --silent --wait --timeout 60 \
      --pgdata "$data" --log "$log" \
      --options "-p $second_postgres_port -k $sockets/postgres" > /dev/null 2>&1 < /dev/null 9>&-; then
      save_state
      [ -e "$data/ready" ] || second_postgres_query 'CREATE DATABASE dovetail'
      touch "$data/ready"
      return
    fi
    second_postgres_port=''
  done
  echo "databases: the second PostgreSQL does not start; the end of its log:" >&2
  tail -n 20 "$log" >&2
  return 1
}

second_postgres_query() {
  PGPASSWORD=$password run_as "$(server_user postgres)" "$(postgres_programs)/psql" --no-psqlrc \
    --quiet --host "$sockets/postgres" --port "$second_postgres_port" --username dovetail \
    --dbname postgres --command "$1"
}

second_postgres_stop() {
  local process
  process=$(second_postgres_process) || return 0
  kill -INT "$process"
  await_end "$process" 60
}

second_mysql_process() {
  living_process "$home/second-mysql/mariadbd.pid" "$home/second-mysql"
}

second_mysql_up() {
  local user data=$home/second-mysql
  second_mysql_process > /dev/null && return 0
  user=$(server_user mysql)
  if [ ! -e "$data/ready" ]; then
    rm -rf "$data"
    private_directory "$user" "$data"
    private_directory "$user" "$data/tmp"
    run_as "$user" mariadb-install-db --no-defaults --datadir="$data/data" --tmpdir="$data/tmp" \
      --auth-root-authentication-method=socket --auth-root-socket-user="$user" \
      --skip-test-db > /dev/null
  fi
  for _ in 1 2 3 4 5; do
    [ -n "$second_mysql_port" ] || second_mysql_port=$(free_port)
    rm -f "$data/mariadbd.pid"
    run_as "$user" setsid --fork "$(mysql_program)" --no-defaults --datadir="$data/data" \
      --pid-file="$data/mariadbd.pid" --log-error="$data/server.log" --tmpdir="$data/tmp" \
      --socket="$sockets/mysql/second" --port="$second_mysql_port" --bind-address=127.0.0.1 \
      --skip-name-resolve --max-connections=60 --max-statement-time=60 \
      --innodb-buffer-pool-size=16M --innodb-flush-log-at-trx-commit=0 \
      --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci \
      > /dev/null 2>&1 < /dev/null 9>&-
    for _ in $(seq 300); do
      if second_mysql_process > /dev/null && second_mysql_query <<< 'DO 1' 2> /dev/null; then
        [ -e "$data/ready" ] || second_mysql_accounts | second_mysql_query
        touch "$data/ready"
        save_state
        return
      fi
      grep --quiet -e '\[ERROR\] Aborting' "$data/server.log" 2> /dev/null && break
      sleep 0.1
    done
    rm -f "$data/server.log"
    second_mysql_port=''
  done
  echo "databases: the second MariaDB does not start" >&2
  return 1
}

# Who may ignore read_only would not see the demotion.
second_mysql_accounts() {
  local host
  echo 'CREATE DATABASE IF NOT EXISTS dovetail;'
  for host in localhost 127.0.0.1; do
    echo "CREATE OR REPLACE USER 'dovetail'@'$host' IDENTIFIED BY '$password';"
    # shellcheck disable=SC2016
    printf 'GRANT ALL ON `%s`.* TO '"'dovetail'@'$host'"';\n' 'case\_%' 'dovetail%'
    echo "CREATE OR REPLACE USER 'dovetail_admin'@'$host' IDENTIFIED BY '$password';"
    echo "GRANT ALL ON *.* TO 'dovetail_admin'@'$host';"
  done
}

second_mysql_query() {
  local user
  user=$(server_user mysql)
  run_as "$user" mariadb --no-defaults --batch --user="$user" --socket="$sockets/mysql/second"
}

second_mysql_stop() {
  local process
  process=$(second_mysql_process) || return 0
  kill -TERM "$process"
  await_end "$process" 60
}

second_urls() {
  if second_postgres_process > /dev/null; then
    echo "DOVETAIL_POSTGRES_SECOND_URL=postgres://dovetail:$password@127.0.0.1:$second_postgres_port/dovetail?sslmode=disable"
  fi
  if second_mysql_process > /dev/null; then
    echo "DOVETAIL_MYSQL_SECOND_URL=mysql://dovetail_admin:$password@127.0.0.1:$second_mysql_port/dovetail?ssl-mode=DISABLED"
  fi
}
