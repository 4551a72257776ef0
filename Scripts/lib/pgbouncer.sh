# pgbouncer in transaction mode in front of the PostgreSQL of Scripts/databases; sourced by Scripts/cluster.
# shellcheck shell=bash

pgbouncer_install() { install_servers pgbouncer; }

pgbouncer_up() {
  local user target
  user=$(server_user postgres)
  prepare_home "$user"
  take_ports 1
  Scripts/databases up
  target=$(Scripts/databases urls | sed -n 's/^DOVETAIL_POSTGRES_URL=//p')
  password=$(sed -E 's#^.*//[^:]*:([^@]*)@.*#\1#' <<< "$target")
  private_directory "$user" "$home/run"
  install -m 600 -o "$user" /dev/null "$home/run/users"
  install -m 600 -o "$user" /dev/null "$home/run/ini"
  echo "\"dovetail\" \"$password\"" > "$home/run/users"
  cat > "$home/run/ini" << END
[databases]
* = host=127.0.0.1 port=$(sed -E 's#^.*:([0-9]+)/.*#\1#' <<< "$target")
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ports[0]}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $home/run/users
admin_users = dovetail
pool_mode = transaction
default_pool_size = 40
max_client_conn = 400
logfile = $home/run/log
pidfile = $home/run/pid
END
  pgbouncer_start 1
}

pgbouncer_start() {
  run_as "$(server_user postgres)" pgbouncer --daemon --quiet "$home/run/ini"
}

pgbouncer_kill() {
  local process
  process=$(living_process "$home/run/pid" "$home/run/ini") && kill_hard "$process"
}

# Where it does not run there is nothing to do.
pgbouncer_down() { pgbouncer_kill 1 || true; }

pgbouncer_urls() {
  echo "DOVETAIL_PGBOUNCER_URL=postgres://dovetail:$password@127.0.0.1:${ports[0]}/dovetail?sslmode=disable&statement_cache=off"
}
