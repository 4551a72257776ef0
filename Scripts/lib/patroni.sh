# A PostgreSQL primary with a synchronous standby under Patroni and etcd; sourced by Scripts/cluster. The
# servers listen at ports[0] and ports[1], Patroni at ports[2] and ports[3], etcd at ports[4] and ports[5].
# shellcheck shell=bash

patroni_install() {
  postgres_install
  install_servers patroni etcd-server
}

patroni_up() {
  local user node
  user=$(server_user postgres)
  prepare_home "$user"
  take_ports 6
  private_directory "$user" "$home/run"
  patroni_launch etcd etcd --enable-v2=true --data-dir "$home/run/etcd" --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:${ports[4]}" \
    --advertise-client-urls "http://127.0.0.1:${ports[4]}" \
    --listen-peer-urls "http://127.0.0.1:${ports[5]}" \
    --initial-advertise-peer-urls "http://127.0.0.1:${ports[5]}" \
    --initial-cluster "default=http://127.0.0.1:${ports[5]}"
  patroni_await etcd
  for node in 1 2; do patroni_configure "$node" "$user"; done
  patroni_start 1
  patroni_await primary
  patroni_query primary "CREATE ROLE dovetail SUPERUSER LOGIN PASSWORD '$password'"
  patroni_query primary 'CREATE DATABASE dovetail OWNER dovetail'
  patroni_start 2
  patroni_await standby
}

patroni_configure() {
  local file=$home/run/p$1.yml
  install -m 600 -o "$2" /dev/null "$file"
  cat > "$file" << END
scope: dovetail
name: n$1
restapi: {listen: "127.0.0.1:${ports[$1 + 1]}", connect_address: "127.0.0.1:${ports[$1 + 1]}"}
etcd: {host: "127.0.0.1:${ports[4]}"}
bootstrap:
  dcs:
    ttl: 25
    loop_wait: 1
    retry_timeout: 10
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 100, shared_buffers: 32MB, wal_log_hints: "on", statement_timeout: 60s}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums, no-sync]
  pg_hba:
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication all 127.0.0.1/32 scram-sha-256
    - local all all trust
postgresql:
  listen: "127.0.0.1:${ports[$1 - 1]}"
  connect_address: "127.0.0.1:${ports[$1 - 1]}"
  data_dir: $home/run/d$1
  bin_dir: $(postgres_programs)
  pgpass: $home/run/pgpass$1
  authentication:
    superuser: {username: postgres, password: "$password"}
    replication: {username: replicator, password: "$password"}
  parameters: {unix_socket_directories: $home/run}
END
}

patroni_start() { patroni_launch "p$1" patroni "$home/run/p$1.yml"; }

# Starts a program in a session of its own, its number in $1.pid.
patroni_launch() {
  local name=$1
  shift
  run_as "$(server_user postgres)" setsid --fork sh -c 'echo $$ > "$0.pid"; exec "$@"' "$home/run/$name" "$@" \
    > "$home/$name.log" 2>&1 < /dev/null
}

patroni_await() {
  for _ in $(seq 300); do
    case $1 in
      etcd) (: < "/dev/tcp/127.0.0.1/${ports[4]}") 2> /dev/null && return ;;
      primary) patroni_query primary 'SELECT 1' > /dev/null 2>&1 && [ -n "$(patroni_primary)" ] && return ;;
      standby)
        [ "$(patroni_query primary "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'" 2> /dev/null)" = 1 ] &&
          return ;;
    esac
    sleep 0.2
  done
  echo "cluster: no $1 of Patroni in time; the ends of the logs:" >&2
  tail -n 15 "$home"/p*.log >&2
  return 1
}

# The number of the node that takes writes; nothing if there is none.
patroni_primary() {
  local node
  for node in 1 2; do
    if [ "$(patroni_psql "$node" 'SELECT pg_is_in_recovery()' 2> /dev/null)" = f ]; then
      echo "$node"
      return
    fi
  done
}

patroni_psql() {
  run_as "$(server_user postgres)" "$(postgres_programs)/psql" --no-psqlrc --quiet --tuples-only --no-align \
    --host "$home/run" --port "${ports[$1 - 1]}" --username postgres --dbname postgres --command "$2"
}

# Runs a statement on node $1, or on the one that takes writes.
patroni_query() {
  local node=$1
  [ "$node" != primary ] || node=$(patroni_primary)
  [ -n "$node" ] && patroni_psql "$node" "$2"
}

# Patroni first, which would else start the server again.
patroni_kill() {
  local node=$1 process
  [ "$node" != primary ] || node=$(patroni_primary)
  process=$(living_process "$home/run/p$node.pid" "$home/run/p$node.yml") && kill_hard "$process"
  process=$(living_process "$home/run/d$node/postmaster.pid" "$home/run/d$node") && kill_hard "$process"
  echo "$node"
}

patroni_down() {
  local node process
  # One that does not run need not be killed.
  for node in 1 2; do patroni_kill "$node" > /dev/null || true; done
  if process=$(living_process "$home/run/etcd.pid" "$home/run/etcd"); then kill_hard "$process"; fi
}

patroni_urls() {
  local base="postgres://dovetail:$password@" node
  for node in 0 1; do
    echo "DOVETAIL_PATRONI_NODE_$((node + 1))_URL=${base}127.0.0.1:${ports[$node]}/dovetail?sslmode=disable"
  done
  echo "DOVETAIL_PATRONI_URL=${base}127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}/dovetail?sslmode=disable&target_session_attrs=read-write"
}
