# shellcheck shell=bash
# For the scripts that measure drivers: servers where the arguments leave some to be measured.

# Whether the arguments leave a server to be measured.
wants_servers() {
  local argument engines=0
  for argument; do
    case $argument in
      --help | -h) return 1 ;;
      postgres | mariadb | --engine=postgres | --engine=mariadb) return 0 ;;
      --engine | --engine=*) engines=1 ;;
    esac
  done
  [ $engines -eq 0 ]
}

# Starts private servers, unless the caller has named some, and stops them at the end if they did not run before.
start_servers() {
  if wants_servers "$@" && [ -z "${DOVETAIL_POSTGRES_URL-}${DOVETAIL_MYSQL_URL-}" ]; then
    [ -n "$(Scripts/databases urls)" ] || trap 'Scripts/databases down' EXIT
    Scripts/databases up
    eval "$(Scripts/databases env)"
  fi
}
