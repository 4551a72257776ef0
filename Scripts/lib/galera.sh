# Three MariaDB nodes with Galera; sourced by Scripts/cluster. Node i listens at ports[i-1] for clients, at
# ports[3i] to ports[3i+2] for its peers: group communication, IST and SST.
# shellcheck shell=bash

galera_install() { install_servers mariadb-server galera-4 rsync; }

galera_up() {
  local user node
  user=$(server_user mysql)
  prepare_home "$user"
  take_ports 12
  for node in 1 2 3; do
    private_directory "$user" "$home/n$node"
    private_directory "$user" "$home/n$node/tmp"
  done
  # Made once: the others get everything from the first.
  run_as "$user" mariadb-install-db --no-defaults --datadir="$home/n1/data" \
    --tmpdir="$home/n1/tmp" \
    --auth-root-authentication-method=socket --auth-root-socket-user="$user" --skip-test-db > /dev/null
  run_as "$user" cp -r "$home/n1/data" "$home/n2/data"
  run_as "$user" cp -r "$home/n1/data" "$home/n3/data"
  galera_launch 1 gcomm://
  galera_await 1
  galera_query 1 "CREATE DATABASE dovetail;
    CREATE USER 'dovetail'@'127.0.0.1' IDENTIFIED BY '$password';
    GRANT ALL ON *.* TO 'dovetail'@'127.0.0.1' WITH GRANT OPTION"
  for node in 2 3; do galera_start "$node"; done
}

galera_start() {
  galera_launch "$1" "gcomm://127.0.0.1:${ports[3]},127.0.0.1:${ports[6]},127.0.0.1:${ports[9]}"
  galera_await "$1"
}

# In a session of its own: a node whose shell ends loses its first thread before that is named, and gives up.
galera_launch() {
  local folder=$home/n$1 base=$((3 * $1))
  rm -f "$folder/pid"
  run_as "$(server_user mysql)" setsid --fork "$(mysql_program)" --no-defaults \
    --datadir="$folder/data" --tmpdir="$folder/tmp" --pid-file="$folder/pid" --socket="$folder/s" \
    --log-error="$folder/log" --port="${ports[$1 - 1]}" --bind-address=127.0.0.1 --skip-name-resolve \
    --binlog-format=ROW --innodb-autoinc-lock-mode=2 --innodb-buffer-pool-size=32M \
    --innodb-flush-log-at-trx-commit=0 --max-statement-time=60 --max-allowed-packet=64M \
    --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci --wsrep-on=ON \
    --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-cluster-name=dovetail \
    --wsrep-cluster-address="$2" --wsrep-node-name="n$1" --wsrep-sst-method=rsync \
    --wsrep-node-address="127.0.0.1:${ports[$base]}" \
    --wsrep-sst-receive-address="127.0.0.1:${ports[$base + 2]}" \
    --wsrep-provider-options="base_port=${ports[$base]};gmcast.listen_addr=tcp://127.0.0.1:${ports[$base]};ist.recv_addr=127.0.0.1:${ports[$base + 1]};gcache.size=32M" \
    > /dev/null 2>&1 < /dev/null
}

galera_await() {
  for _ in $(seq 300); do
    if galera_query "$1" "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2> /dev/null |
      grep --quiet Synced; then
      return
    fi
    sleep 0.2
  done
  echo "cluster: node $1 of Galera is not Synced; the end of its log:" >&2
  tail -n 20 "$home/n$1/log" >&2
  return 1
}

# Runs statements on node $1 as the superuser.
galera_query() {
  local user
  user=$(server_user mysql)
  run_as "$user" mariadb --no-defaults --batch --skip-column-names --user="$user" --socket="$home/n$1/s" \
    --execute="$2"
}

galera_kill() {
  local process
  process=$(living_process "$home/n$1/pid" "$home/n$1") && kill_hard "$process"
}

galera_down() {
  local node
  # One that does not run need not be killed.
  for node in 1 2 3; do galera_kill "$node" || true; done
}

galera_urls() {
  local base="mysql://dovetail:$password@" node
  for node in 0 1 2; do
    echo "DOVETAIL_GALERA_NODE_$((node + 1))_URL=${base}127.0.0.1:${ports[$node]}/dovetail?ssl-mode=DISABLED"
  done
  echo "DOVETAIL_GALERA_URL=${base}127.0.0.1:${ports[0]},127.0.0.1:${ports[1]},127.0.0.1:${ports[2]}/dovetail?ssl-mode=DISABLED"
}
