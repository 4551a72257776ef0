# MariaDB for the tests; sourced by Scripts/databases.
# shellcheck shell=bash

mysql_program() {
  PATH=$PATH:/usr/sbin command -v mariadbd
}

mysql_install() {
  mysql_program > /dev/null || install_servers mariadb-server
}

mysql_process() {
  living_process "$home/mysql/mariadbd.pid" "$home/mysql"
}

mysql_up() {
  mysql_process > /dev/null && return 0
  [ -e "$home/mysql/ready" ] || mysql_create
  mysql_start
}

mysql_create() {
  local user
  user=$(server_user mysql)
  rm -rf "$home/mysql"
  private_directory "$user" "$home/mysql"
  private_directory "$user" "$home/mysql/data"
  echo "databases: creating a MariaDB data directory" >&2
  # Its superuser is the user that runs the server, known by the socket: no password, no network.
  private_directory "$user" "$home/mysql/tmp"
  run_as "$user" mariadb-install-db --no-defaults --datadir="$home/mysql/data" --tmpdir="$home/mysql/tmp" \
    --auth-root-authentication-method=socket --auth-root-socket-user="$user" \
    --skip-test-db > /dev/null
  install_certificate "$user" "$home/mysql"
  mysql_start
  mysql_accounts | mysql_query
  touch "$home/mysql/ready"
}

mysql_accounts() {
  local host
  echo 'CREATE DATABASE IF NOT EXISTS dovetail;'
  for host in localhost 127.0.0.1; do
    echo "CREATE OR REPLACE USER 'dovetail'@'$host' IDENTIFIED BY '$password';"
    echo "GRANT ALL ON *.* TO 'dovetail'@'$host' WITH GRANT OPTION;"
  done
  if mysql_query <<< "INSTALL SONAME 'auth_ed25519'" 2> /dev/null; then
    for host in localhost 127.0.0.1; do
      echo "CREATE OR REPLACE USER 'dovetail_ed25519'@'$host'
        IDENTIFIED VIA ed25519 USING PASSWORD('$password');"
      echo "GRANT ALL ON *.* TO 'dovetail_ed25519'@'$host' WITH GRANT OPTION;"
    done
  fi
}

# Starts on the port of the last time, or on a new one where another process has taken it.
mysql_start() {
  local log=$home/mysql/server.log before
  mysql_process > /dev/null && return 0
  [ -n "$mysql_port" ] || mysql_port=$(free_port)
  for _ in 1 2 3 4 5; do
    before=$(line_count "$log")
    mysql_launch
    if mysql_await "$log" "$before"; then
      save_state
      return
    fi
    if ! lines_after "$log" "$before" | grep --quiet 'Address already in use'; then
      break
    fi
    mysql_port=$(free_port)
  done
  echo "databases: MariaDB does not start; the end of its log:" >&2
  tail -n 20 "$log" >&2
  return 1
}

# The character set is the one of Debian's own configuration, which is not read here. The folder for temporary
# tables is its own: a server that starts removes those of all others in the same one, and the others then crash.
mysql_launch() {
  rm -f "$home/mysql/mariadbd.pid"
  run_as "$(server_user mysql)" mkdir -p "$home/mysql/tmp"
  run_as "$(server_user mysql)" setsid --fork "$(mysql_program)" --no-defaults \
    --datadir="$home/mysql/data" --pid-file="$home/mysql/mariadbd.pid" \
    --log-error="$home/mysql/server.log" --socket="$sockets/mysql/s" --port="$mysql_port" \
    --max-allowed-packet=64M --tmpdir="$home/mysql/tmp" \
    --bind-address=127.0.0.1 --skip-name-resolve --max-connections=200 --max-statement-time=60 \
    --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci \
    --ssl-ca="$home/tls/ca.crt" --ssl-cert="$home/mysql/server.crt" \
    --ssl-key="$home/mysql/server.key" > /dev/null 2>&1 < /dev/null 9>&-
}

# Waits until the server answers; fails once it has written its last words to log $1 after line $2.
mysql_await() {
  for _ in $(seq 600); do
    if mysql_process > /dev/null && mysql_query <<< 'DO 1' 2> /dev/null; then return; fi
    if lines_after "$1" "$2" | grep --quiet -e '\[ERROR\] Aborting' -e 'Shutdown complete'; then
      return 1
    fi
    sleep 0.1
  done
  return 1
}

mysql_stop() {
  local process
  process=$(mysql_process) || return 0
  kill -TERM "$process"
  await_end "$process" 60
}

mysql_kill() {
  local process
  process=$(mysql_process) || return 0
  kill_hard "$process"
}

# Runs the statements of standard input as the superuser.
mysql_query() {
  local user
  user=$(server_user mysql)
  run_as "$user" mariadb --no-defaults --batch --user="$user" --socket="$sockets/mysql/s"
}

mysql_urls() {
  local base="mysql://dovetail:$password@127.0.0.1:$mysql_port/dovetail"
  echo "DOVETAIL_MYSQL_URL=$base?ssl-mode=DISABLED"
  echo "DOVETAIL_MYSQL_TLS_URL=$base?ssl-mode=VERIFY_IDENTITY&ssl-ca=$(encode "$home/tls/ca.crt")"
  echo "DOVETAIL_MYSQL_SOCKET_URL=mysql:dovetail:$password@unix($sockets/mysql/s)/dovetail"
}
